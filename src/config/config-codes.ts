/** Every code of a configuration issue, permanent once released. The docs print this table. */
export const CONFIG_CODES = {
  CONFIG_ABANDON: 'An exporter is abandoned and configured at the same time.',
  CONFIG_API_KEY_REPEATED: 'The same API key is given twice.',
  CONFIG_API_KEYS_ACTIVE: 'A tenant has more than two active API keys.',
  CONFIG_COMPONENT_ID: 'A component id is neither `type` nor `type/name`.',
  CONFIG_CONNECT: 'A store cannot be reached with these settings; `validate --connect` alone tries.',
  CONFIG_DUPLICATE_KEY: 'A key stands twice in one map.',
  CONFIG_ENDPOINT_CONFLICT: 'Two components share an endpoint, but not their TLS settings.',
  CONFIG_ENV_MISSING: 'A referenced environment variable is not set.',
  CONFIG_EXPOSED: 'A listener is reached from beyond this machine, without TLS and tenants.',
  CONFIG_FILE_MISSING: 'A configuration file, or one that it refers to, cannot be read.',
  CONFIG_MTLS_REPEATED: 'The same certificate name is given twice.',
  CONFIG_NOT_SUPPORTED: 'An option has a value that is for a later release.',
  CONFIG_PIPELINE: 'A pipeline has no receiver or no exporter.',
  CONFIG_PLUGIN_FAILED: 'A plugin throws when it is imported.',
  CONFIG_PLUGIN_NOT_FOUND: "A plugin's file or package is not there.",
  CONFIG_PLUGIN_REPEATED: 'A plugin has the kind and type of another one.',
  CONFIG_PLUGIN_SHAPE: 'What is imported is not a plugin.',
  CONFIG_REFERENCE: 'A pipeline or `service.extensions` names a component that is not configured.',
  CONFIG_REFERENCE_REPEATED: 'A component is named twice in one list.',
  CONFIG_REFERENCE_SYNTAX: 'A `${…}` is not well formed.',
  CONFIG_REQUIRED: 'A required key is missing.',
  CONFIG_SET: 'A `--set` is not of the form path=value.',
  CONFIG_STAGE: 'A processor stands where events have not yet, or no longer, the form that it takes.',
  CONFIG_SYNTAX: 'A file is not valid YAML, or not of this kind.',
  CONFIG_TENANT_REPEATED: 'A tenant is given twice.',
  CONFIG_TOO_LARGE: 'A configuration file is larger than 1 MiB.',
  CONFIG_TYPE: 'A value is of the wrong type.',
  CONFIG_UNKNOWN_COMPONENT: 'There is no component of this type.',
  CONFIG_UNKNOWN_KEY: 'A key means nothing here.',
  CONFIG_UNUSED: 'A component is configured, but nothing uses it.',
  CONFIG_VALUE: 'A value is of the right type, but not one that is allowed.',
} as const;

export type ConfigCode = keyof typeof CONFIG_CODES;
export const isConfigCode = (code: unknown): code is ConfigCode =>
  typeof code === 'string' && Object.hasOwn(CONFIG_CODES, code);
