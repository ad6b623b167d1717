// From files to a checked configuration, or to everything that is wrong with them.
import { dirname, resolve } from 'node:path';
import { loadPlugins } from '../registry/load-plugins.ts';
import type { Registry } from '../registry/registry.ts';
import { checkKeys } from './check/check-keys.ts';
import { checkSection, type FoundComponent } from './check/check-components.ts';
import { checkListeners } from './check/check-listeners.ts';
import { checkValues } from './check/check-values.ts';
import { checkWiring } from './check/check-wiring.ts';
import { asksForCredentials, readTenants } from './check/read-tenants.ts';
import { pluginsSection, type ServiceSection, serviceSection, tenantsSection } from './check/sections.ts';
import type { CheckedConfig, ConfigIssue } from './checked-config.ts';
import { configSchema, frameSchema, type Section, SECTION_NAMES } from './config-schema.ts';
import { effectiveConfig } from './effective.ts';
import { type Finding, type Report, sortIssues, toIssue } from './issue.ts';
import { metricsListenerOf, toCheckedConfig } from './to-checked-config.ts';
import { mergeNodes } from './yaml/merge.ts';
import { type ConfigNode, emptyMap, isNull, locate } from './yaml/node.ts';
import { parseSet, SET_FILE } from './yaml/parse-set.ts';
import { type ParsedYaml, parseYaml } from './yaml/parse-yaml.ts';
import { resolveReferences } from './yaml/resolve-references.ts';

export interface ConfigInput {
  /** As given on the command line; later ones go before earlier ones. */
  readonly files: readonly string[];
  /** `path=value`; these go before the files. */
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file, given by its absolute path; throws where it cannot. */
  readonly readText: (path: string) => string;
  readonly cwd: string;
  /** The present, for what expires; without it nothing has expired. */
  readonly nowMs?: number;
}

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: CheckedConfig;
      /** With defaults, secrets masked; each value tells its place. */
      readonly effective: ConfigNode;
      /** With the plugins that the configuration names. */
      readonly registry: Registry;
    }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

export const loadConfig = async (input: ConfigInput, registry: Registry): Promise<LoadedConfig> => {
  const parsed = [
    ...input.files.map((file) => readFile(file, input)),
    ...input.sets.map((set, i) => parseSet(set, i + 1)),
  ];
  const order = [...input.files, SET_FILE];
  const faults = parsed.flatMap(({ issues }) => issues);
  if (faults.length > 0) return { ok: false, issues: sortIssues(faults, order) };

  const issues: ConfigIssue[] = [];
  const report: Report = ({ place, path }, finding) => void issues.push(toIssue(place, path, finding));
  const unresolved = new Set<string>();
  const start = { file: input.files[0] ?? SET_FILE, line: 1, column: 1 };
  const merged = parsed
    .map(({ root }) => root)
    .filter((root) => !isNull(root))
    .reduce(mergeNodes, emptyMap(start));
  const resolved = resolveReferences(merged, referenceSources(input), (at, finding) => {
    unresolved.add(at.path);
    report(at, finding);
  });
  const config = await checkConfig(resolved, { input, registry }, (at, finding) => {
    // What a reference would have given is not judged.
    if (!unresolved.has(at.path)) report(at, finding);
  });
  if (config === undefined || issues.length > 0) return { ok: false, issues: sortIssues(issues, order) };
  return { ok: true, ...config };
};

const readFile = (file: string, { readText, cwd }: ConfigInput): ParsedYaml => {
  try {
    return parseYaml(file, readText(resolve(cwd, file)));
  } catch {
    const start = { file, line: 1, column: 1 };
    const unreadable: Finding = { code: 'CONFIG_FILE_MISSING', message: 'this file cannot be read' };
    return { root: emptyMap(start), issues: [toIssue(start, '', unreadable)] };
  }
};

const referenceSources = ({ env, readText, cwd }: ConfigInput) => ({
  env,
  readFile: (path: string, from: string) => readText(resolve(directoryOf(from, cwd), path)),
});

/** What a configuration file names is found from where the file is. */
const directoryOf = (file: string, cwd: string): string => (file === SET_FILE ? cwd : dirname(resolve(cwd, file)));

interface Setting {
  readonly input: ConfigInput;
  readonly registry: Registry;
}

type Checked = Omit<Extract<LoadedConfig, { ok: true }>, 'ok'>;

const checkConfig = async (given: ConfigNode, setting: Setting, report: Report): Promise<Checked | undefined> => {
  if (given.kind !== 'map') {
    report({ place: given.place, path: '' }, { code: 'CONFIG_TYPE', message: 'expected a map of sections' });
    return undefined;
  }
  let root = checkKeys(given, frameSchema(), [], report);
  const { registry, isComplete } = await addPlugins(root, setting, report);
  const components = {} as Record<Section, readonly FoundComponent[]>;
  const unreadable = new Set<Section>();
  for (const section of SECTION_NAMES) {
    const checked = checkSection({ root, section, registry, isComplete }, report);
    root = checked.root;
    components[section] = checked.components;
    if (!checked.isReadable) unreadable.add(section);
  }
  const found = findTenants(root, setting, report);
  const service = checkValues(serviceSection, { root, path: ['service'] }, report);
  const hasTenants = found === undefined || asksForCredentials(found);
  checkListeners({ root, components, hasTenants, metrics: service && metricsListenerOf(service) }, report);
  const wired = service ?? readWiring(root);
  if (wired !== undefined) checkWiring({ root, components, unreadable, ...wired, registry }, report);
  if (service === undefined || found === undefined) return undefined;
  const effective = effectiveConfig(root, configSchema(registry));
  return { config: toCheckedConfig(components, found, service), effective, registry };
};

const findTenants = (root: ConfigNode, { input }: Setting, report: Report) => {
  const isGiven = locate(root, ['tenants']).node !== undefined;
  const section = isGiven ? checkValues(tenantsSection, { root, path: ['tenants'] }, report) : [];
  const { cwd, readText, nowMs = Number.NEGATIVE_INFINITY } = input;
  const toPath = (path: string, from: string): string => resolve(directoryOf(from, cwd), path);
  return section && readTenants(section, { root, nowMs, resolve: toPath, readText }, report);
};

/** Of a service section with mistakes in it what names components, so that these are judged all the same. */
const readWiring = (root: ConfigNode): Pick<ServiceSection, 'extensions' | 'pipelines'> | undefined => {
  const { extensions, pipelines } = serviceSection.shape;
  const silent: Report = () => {};
  const named = checkValues(pipelines, { root, path: ['service', 'pipelines'] }, silent);
  const started = checkValues(extensions, { root, path: ['service', 'extensions'] }, silent);
  return named && started && { extensions: started, pipelines: named };
};

const addPlugins = async (
  root: ConfigNode,
  { input, registry }: Setting,
  report: Report,
): Promise<{ readonly registry: Registry; readonly isComplete: boolean }> => {
  if (locate(root, ['plugins']).node === undefined) return { registry, isComplete: true };
  const names = checkValues(pluginsSection, { root, path: ['plugins'] }, report);
  let grown = registry;
  let isComplete = names !== undefined;
  for (const [i, name] of (names ?? []).entries()) {
    const at = locate(root, ['plugins', i]);
    const loaded = await loadPlugins(name, directoryOf(at.place.file, input.cwd));
    if ('code' in loaded) {
      isComplete = false;
      report(at, { ...loaded, message: `"${name}": ${loaded.message}` });
      continue;
    }
    for (const plugin of loaded) {
      if (grown.find(plugin.kind, plugin.type) === undefined) grown = grown.with([plugin]);
      else
        report(at, {
          code: 'CONFIG_PLUGIN_REPEATED',
          message: `"${name}": there already is a ${plugin.kind} "${plugin.type}"`,
        });
    }
  }
  return { registry: grown, isComplete };
};
