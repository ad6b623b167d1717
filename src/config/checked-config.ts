// What the rest of the program sees of a configuration: checked, resolved, and without YAML.
import type {
  ExporterPlugin,
  ExtensionPlugin,
  ListenerConfig,
  Plugin,
  ProcessorPlugin,
  ReceiverPlugin,
  Scope,
} from '../sdk/index.ts';

/** A configured component: its plugin and the plugin's own parsed configuration. */
export interface Component<P extends Plugin = Plugin> {
  /** `type` or `type/name`. */
  readonly id: string;
  readonly plugin: P;
  /** The output of `plugin.config`. */
  readonly config: unknown;
}

/** Settings that the engine takes from an exporter's section, beside the plugin's own. */
export interface ExporterDelivery {
  readonly from: 'end' | 'earliest';
  readonly onLag: 'block' | 'detach';
  /** Undefined parts fall back to the plugin's `batch`. */
  readonly batch: {
    readonly maxEvents?: number | undefined;
    readonly maxBytes?: number | undefined;
    readonly maxWaitMs?: number | undefined;
    readonly concurrency?: number | undefined;
  };
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  readonly breaker: { readonly failures: number; readonly openForMs: number; readonly probeEvents: number };
  readonly timeoutMs: number;
}

export interface PipelineConfig {
  readonly name: string;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

export interface TenantConfig {
  readonly id: string;
  readonly apiKeys: readonly ApiKeyConfig[];
  /** Names of client certificates. */
  readonly mtls?: readonly MtlsNameConfig[];
}
export interface ApiKeyConfig {
  /** The public start of the key, `blk_` and 8 characters, by which it is found and named in logs. */
  readonly prefix: string;
  /** SHA-256 of the whole key, hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** From this instant on it opens nothing, in ms since 1970. */
  readonly expiresMs?: number;
  readonly isRevoked?: true;
}
export interface MtlsNameConfig {
  /** As `DNS:…`, `URI:…` or `email:…`. */
  readonly san: string;
  readonly scopes: readonly Scope[];
}

/** Whose tokens are taken, and where the keys are that sign them. */
export interface JwtIssuerConfig {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** One of the two is given; the file's path is absolute. */
  readonly jwksUrl?: string;
  readonly jwksFile?: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  /** The tenants that it may name; absent: every one. */
  readonly tenants?: readonly string[];
  readonly scopesClaim: string;
  readonly clockSkewMs: number;
  readonly refreshMs: number;
  readonly allowPrivate: boolean;
}

/** Where tenants come from beside the list. */
export interface TenancyConfig {
  /** Those of the configuration alone, without the file's. */
  readonly inline: readonly TenantConfig[];
  /** `text` is what it held when it was read. */
  readonly file?: { readonly path: string; readonly name: string; readonly text: string };
  readonly jwt: readonly JwtIssuerConfig[];
  readonly reportFailures: boolean;
}

export interface ServiceConfig {
  readonly journal: {
    readonly type: 'file' | 'none';
    readonly maxBytes: number;
    readonly segmentBytes: number;
    /** Free space on the volume below which intake is refused. */
    readonly minFreeBytes: number;
    /** Exporters that are gone from the configuration and may lose their backlog. */
    readonly abandon: readonly string[];
  };
  readonly deadLetters: { readonly maxBytes: number };
  readonly intake: { readonly maxBytes: number; readonly maxBytesPerTenant: number };
  readonly shutdownTimeoutMs: number;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  readonly telemetry: TelemetryConfig;
}

/** The collector's own metrics and traces; what is undefined may still be named by OpenTelemetry's variables. */
export interface TelemetryConfig {
  readonly metrics: {
    readonly level: 'none' | 'normal';
    /** Where Prometheus reads them. */
    readonly listener?: ListenerConfig | undefined;
    readonly otlp?: { readonly endpoint: string; readonly intervalMs: number } | undefined;
  };
  readonly traces: {
    readonly otlp?: { readonly endpoint: string } | undefined;
    /** 0 to 1. */
    readonly sampleRatio?: number | undefined;
  };
}

export interface CheckedConfig {
  readonly receivers: readonly Component<ReceiverPlugin>[];
  readonly processors: readonly Component<ProcessorPlugin>[];
  readonly exporters: readonly (Component<ExporterPlugin> & { readonly delivery: ExporterDelivery })[];
  /** In the order of `service.extensions`. */
  readonly extensions: readonly Component<ExtensionPlugin>[];
  readonly pipelines: readonly PipelineConfig[];
  /** Those of the configuration and, as it was read at the start, of the tenants file. */
  readonly tenants: readonly TenantConfig[];
  readonly tenancy: TenancyConfig;
  readonly service: ServiceConfig;
}

/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  /** As given on the command line; `--set` and `--config` name themselves. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted, e.g. `receivers.http.endpont`. */
  readonly path: string;
  /** Permanent, `CONFIG_WHAT`. */
  readonly code: string;
  readonly message: string;
  /** The word that was probably meant. */
  readonly suggestion?: string;
}
