import type { z } from 'zod';
import type { Exporter } from './exporter.ts';
import type { ArchiveStore } from './archive/object-store.ts';
import type { EventReader } from './reader.ts';
import type { Processor } from './batch.ts';
import type { ComponentContext, Extension, ExtensionContext, Receiver, ReceiverContext } from './component.ts';

export type Kind = 'receiver' | 'processor' | 'exporter' | 'extension';
export type Stability = 'experimental' | 'beta' | 'stable';

interface PluginBase<K extends Kind, Schema extends z.ZodType> {
  readonly kind: K;
  /** The name in the configuration, snake_case. */
  readonly type: string;
  readonly stability: Stability;
  /** One sentence; `components` and the docs print it. */
  readonly summary: string;
  /** A strict object; every option described. It gives the type, the checks, the JSON Schema and the docs. */
  readonly config: Schema;
}

export interface ReceiverPlugin<Schema extends z.ZodType = z.ZodType> extends PluginBase<'receiver', Schema> {
  /** What a sender may rely on, for `components` and the docs. */
  readonly guarantee: string;
  /** Paths in the configuration at which it has listeners, e.g. `[[]]` or `[['protocols', 'http']]`. */
  readonly listeners?: readonly (readonly string[])[];
  create(config: z.output<Schema>, context: ReceiverContext): Receiver;
}

export interface ProcessorPlugin<Schema extends z.ZodType = z.ZodType> extends PluginBase<'processor', Schema> {
  /** Which events it takes: `raw` before `normalize`, `canonical` (the default) after it. `normalize` itself is `raw` to `canonical`. */
  readonly stage?: 'raw' | 'canonical' | 'raw_to_canonical';
  create(config: z.output<Schema>, context: ComponentContext): Processor;
}

/** How the engine forms this exporter's batches; the configuration's `batch` goes before it. */
export interface BatchDefaults {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** How long a batch may wait for more; 0: send what is there. */
  readonly maxWaitMs: number;
  /** Batches that may be in flight at once; 1 if absent, and always with `cuts`. They may be stored in any order. */
  readonly concurrency?: number;
}

export interface ExporterPlugin<Schema extends z.ZodType = z.ZodType> extends PluginBase<'exporter', Schema> {
  /** What the store holds after a retry, for `components` and the docs. */
  readonly guarantee: string;
  readonly batch: BatchDefaults;
  /** Batch boundaries are journaled before the first attempt, so that a crash repeats the same batch. */
  readonly cuts?: boolean;
  create(config: z.output<Schema>, context: ComponentContext): Exporter;
  /** Asks the store whether it is there and takes this login; writes nothing. Rejects, in words, with why not. */
  probe?(config: z.output<Schema>, context: ComponentContext): Promise<void>;
  /** How this store is read; opens without disturbing a running writer. */
  reader?(config: z.output<Schema>, context: ComponentContext): EventReader;
  /** The archive that this exporter writes, opened for reading beside a running writer. */
  archive?(config: z.output<Schema>, context: ComponentContext): ArchiveStore | Promise<ArchiveStore>;
}

export interface ExtensionPlugin<Schema extends z.ZodType = z.ZodType> extends PluginBase<'extension', Schema> {
  readonly listeners?: readonly (readonly string[])[];
  create(config: z.output<Schema>, context: ExtensionContext): Extension;
}

export type Plugin = ReceiverPlugin | ProcessorPlugin | ExporterPlugin | ExtensionPlugin;

/** Declares a plugin. Importing the file that does so has no effect; `create` is called once for each component. */
export function definePlugin<Schema extends z.ZodType>(plugin: ReceiverPlugin<Schema>): ReceiverPlugin<Schema>;
export function definePlugin<Schema extends z.ZodType>(plugin: ProcessorPlugin<Schema>): ProcessorPlugin<Schema>;
export function definePlugin<Schema extends z.ZodType>(plugin: ExporterPlugin<Schema>): ExporterPlugin<Schema>;
export function definePlugin<Schema extends z.ZodType>(plugin: ExtensionPlugin<Schema>): ExtensionPlugin<Schema>;
export function definePlugin(plugin: unknown): unknown {
  return Object.freeze(plugin);
}
