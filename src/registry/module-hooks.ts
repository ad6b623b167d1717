import { registerHooks } from 'node:module';

/** Stands before `<url of the file that names the package> <package>`. */
const PACKAGE = 'betalogs-plugin:';
const SDK = 'betalogs-collector/sdk';
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const SDK_URL = new URL(`../sdk/index${EXTENSION}`, import.meta.url).href;

let registered = false;

/**
 * From here on, plugin files outside the package find this very program's SDK under its public name, so that their
 * schemas and batches are of the same classes.
 */
export const registerModuleHooks = (): void => {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === SDK) return { url: SDK_URL, shortCircuit: true };
      if (!specifier.startsWith(PACKAGE)) return next(specifier, context);
      const [parent = '', name = ''] = decodeURIComponent(specifier.slice(PACKAGE.length)).split(' ');
      try {
        return next(name, { ...context, parentURL: parent });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
        return next(name, { ...context, parentURL: import.meta.url });
      }
    },
  });
};

/** A specifier that finds the package as the file at `parentUrl` would, and else as this program would. */
export const packageSpecifier = (name: string, parentUrl: string): string =>
  PACKAGE + encodeURIComponent(`${parentUrl} ${name}`);
