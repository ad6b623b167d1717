// The built-in plugins. Deleting a folder and its lines here leaves a green build.
import debug from './exporters/debug/plugin.ts';
import directory from './exporters/directory/plugin.ts';
import file from './exporters/file/plugin.ts';
import natsExporter from './exporters/nats/plugin.ts';
import opensearch from './exporters/opensearch/plugin.ts';
import postgres from './exporters/postgres/plugin.ts';
import s3 from './exporters/s3/plugin.ts';
import sqlite from './exporters/sqlite/plugin.ts';
import health from './extensions/health/plugin.ts';
import query from './extensions/query/plugin.ts';
import correlate from './processors/correlate/plugin.ts';
import detect from './processors/detect/plugin.ts';
import normalize from './processors/normalize/plugin.ts';
import redact from './processors/redact/plugin.ts';
import tenantFilter from './processors/tenant-filter/plugin.ts';
import validate from './processors/validate/plugin.ts';
import github from './receivers/github/plugin.ts';
import http from './receivers/http/plugin.ts';
import natsReceiver from './receivers/nats/plugin.ts';
import otlp from './receivers/otlp/plugin.ts';
import type { Plugin } from '../src/sdk/index.ts';

export const plugins: readonly Plugin[] = [
  http,
  otlp,
  natsReceiver,
  github,
  validate,
  normalize,
  detect,
  correlate,
  redact,
  tenantFilter,
  sqlite,
  directory,
  s3,
  opensearch,
  postgres,
  file,
  debug,
  natsExporter,
  health,
  query,
];
