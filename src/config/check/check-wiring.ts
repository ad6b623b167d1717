import type { Registry } from '../../registry/registry.ts';
import type { ProcessorPlugin } from '../../sdk/index.ts';
import { type Section, SECTION_NAMES, SECTIONS } from '../config-schema.ts';
import type { Report } from '../issue.ts';
import { nearest } from '../nearest.ts';
import { type ConfigNode, locate, type PathPart } from '../yaml/node.ts';
import { a, type FoundComponent } from './check-components.ts';
import type { PipelineSection } from './sections.ts';

export interface Wiring {
  readonly root: ConfigNode;
  readonly components: Readonly<Record<Section, readonly FoundComponent[]>>;
  readonly extensions: readonly string[];
  readonly pipelines: Readonly<Record<string, PipelineSection>>;
  /** Undefined where the section with it is not sound. */
  readonly journal?: { readonly abandon: readonly string[] };
  /** Sections that are not readable as such: a reference into them is not judged. */
  readonly unreadable: ReadonlySet<Section>;
  readonly registry: Registry;
}

/** Every reference leads to a component, every component is used, and every pipeline can carry an event. */
export const checkWiring = (wiring: Wiring, report: Report): void => {
  const used = new Set<string>();
  const follow = (section: Section, ids: readonly string[], path: readonly PathPart[]): readonly FoundComponent[] =>
    ids.map((id, i) => {
      const found = checkReference(wiring, section, ids.indexOf(id) < i, id, [...path, i], report);
      if (found !== undefined) used.add(`${section} ${found.id}`);
      return found ?? { id, plugin: undefined, config: undefined, delivery: undefined };
    });

  follow('extensions', wiring.extensions, ['service', 'extensions']);
  for (const [name, pipeline] of Object.entries(wiring.pipelines)) {
    const path = ['service', 'pipelines', name];
    follow('receivers', pipeline.receivers, [...path, 'receivers']);
    follow('exporters', pipeline.exporters, [...path, 'exporters']);
    const processors = follow('processors', pipeline.processors, [...path, 'processors']);
    checkEnds(wiring, pipeline, path, report);
    checkStages(wiring, processors, path, report);
  }
  reportUnused(wiring, used, report);
  checkAbandoned(wiring, report);
};

/** The component that is referred to, or that was probably meant. */
const checkReference = (
  { root, components, unreadable }: Wiring,
  section: Section,
  isRepeated: boolean,
  id: string,
  path: readonly PathPart[],
  report: Report,
): FoundComponent | undefined => {
  const at = locate(root, path);
  const kind = SECTIONS[section];
  const exact = components[section].find((component) => component.id === id);
  if (exact !== undefined) {
    if (isRepeated) report(at, { code: 'CONFIG_REFERENCE_REPEATED', message: `"${id}" is already in this list` });
    return exact;
  }
  if (unreadable.has(section)) return undefined;
  const other = SECTION_NAMES.find((name) => components[name].some((component) => component.id === id));
  if (other !== undefined) {
    report(at, { code: 'CONFIG_REFERENCE', message: `"${id}" is ${a(SECTIONS[other])}, not ${a(kind)}` });
    return undefined;
  }
  const suggestion = nearest(
    id,
    components[section].map((component) => component.id),
  );
  report(at, { code: 'CONFIG_REFERENCE', message: `no ${kind} "${id}" is configured`, suggestion });
  return components[section].find((component) => component.id === suggestion);
};

const checkEnds = ({ root }: Wiring, pipeline: PipelineSection, path: readonly PathPart[], report: Report): void => {
  for (const [section, kind] of [
    ['receivers', 'receiver'],
    ['exporters', 'exporter'],
  ] as const) {
    if (pipeline[section].length > 0) continue;
    const at = locate(root, [...path, section]);
    report(at, { code: 'CONFIG_PIPELINE', message: `the pipeline has no ${kind}; name at least one` });
  }
};

const stageOf = ({ plugin }: FoundComponent): ProcessorPlugin['stage'] =>
  plugin?.kind === 'processor' ? (plugin.stage ?? 'canonical') : undefined;

/** Events are raw until one processor makes them canonical. */
const checkStages = (
  { root, registry }: Wiring,
  processors: readonly FoundComponent[],
  path: readonly PathPart[],
  report: Report,
): void => {
  const turn = processors.findIndex((processor) => stageOf(processor) === 'raw_to_canonical');
  if (turn < 0) {
    // A processor that is not known may be the one.
    if (processors.some(({ plugin }) => plugin === undefined)) return;
    const able = registry
      .list('processor')
      .filter((plugin) => 'stage' in plugin && plugin.stage === 'raw_to_canonical');
    const named = able.map(({ type }) => `"${type}"`).join(' or ');
    const at = locate(root, [...path, 'processors']);
    report(at, {
      code: 'CONFIG_STAGE',
      message: `nothing makes raw events canonical; add ${named || 'a processor that does'}`,
    });
    return;
  }
  const turnId = processors[turn]?.id ?? '';
  for (const [i, processor] of processors.entries()) {
    const stage = stageOf(processor);
    const at = locate(root, [...path, 'processors', i]);
    if (i < turn && stage === 'canonical') {
      report(at, {
        code: 'CONFIG_STAGE',
        message: `"${processor.id}" takes canonical events; put it after "${turnId}"`,
      });
    } else if (i > turn && stage === 'raw_to_canonical') {
      report(at, {
        code: 'CONFIG_STAGE',
        message: `events are canonical since "${turnId}"; leave "${processor.id}" out`,
      });
    } else if (i > turn && stage === 'raw') {
      report(at, { code: 'CONFIG_STAGE', message: `"${processor.id}" takes raw events; put it before "${turnId}"` });
    }
  }
};

const reportUnused = ({ root, components }: Wiring, used: ReadonlySet<string>, report: Report): void => {
  for (const section of SECTION_NAMES) {
    const where = section === 'extensions' ? 'service.extensions does not name it' : 'no pipeline uses it';
    for (const { id, plugin } of components[section]) {
      if (plugin === undefined || used.has(`${section} ${id}`)) continue;
      report(locate(root, [section, id]), { code: 'CONFIG_UNUSED', message: `is configured, but ${where}` });
    }
  }
};

const checkAbandoned = ({ root, components, journal }: Wiring, report: Report): void => {
  for (const [i, id] of (journal?.abandon ?? []).entries()) {
    if (!components.exporters.some((exporter) => exporter.id === id)) continue;
    const at = locate(root, ['service', 'journal', 'abandon', i]);
    report(at, {
      code: 'CONFIG_ABANDON',
      message: `"${id}" is configured; only an exporter that is gone can be abandoned`,
    });
  }
};
