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
}
export interface ApiKeyConfig {
  /** The public start of the key, `blk_` and 8 characters, by which it is found and named in logs. */
  readonly prefix: string;
  /** SHA-256 of the whole key, hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
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
  readonly tenants: readonly TenantConfig[];
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
