/** One segment of a name, e.g. `CheckoutStarted` to `checkout_started`. */
export const toSnakeCase = (segment: string): string =>
  segment
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '')
    .replace(/_$/, '');
