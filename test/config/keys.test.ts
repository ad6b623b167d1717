import { expect, test } from 'vitest';
import { type BrokenCase, issueLines } from './load.ts';

const cases: readonly BrokenCase[] = [
  {
    name: 'a misspelled section',
    files: {
      'app.yaml':
        'recievers: { http:  }\nexporters: { sqlite:  }\nprocessors: { normalize:  }\nservice: { pipelines: { a: { receivers: [http], processors: [normalize], exporters: [sqlite] } } }',
    },
    lines: ['app.yaml:1:1: recievers: unknown key "recievers"; did you mean "receivers"? [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: 'a section of another collector',
    over: 'connectors: {}',
    lines: ['app.yaml:1:1: connectors: unknown key "connectors" [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: 'a misspelled option',
    over: 'receivers:\n  http:\n    endpont: 127.0.0.1:1',
    lines: [
      'app.yaml:3:5: receivers.http.endpont: unknown key "endpont"; did you mean "endpoint"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a misspelled option beside the right one',
    files: {
      'app.yaml':
        'receivers:\n  http:\n    endpoint: 127.0.0.1:1\n    endpont: 127.0.0.1:2\nprocessors: { normalize:  }\nexporters: { sqlite:  }\nservice: { pipelines: { a: { receivers: [http], processors: [normalize], exporters: [sqlite] } } }',
    },
    lines: [
      'app.yaml:4:5: receivers.http.endpont: unknown key "endpont"; did you mean "endpoint"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'camel case',
    over: 'receivers: { http: { maxBatchEvents: 5 } }',
    lines: [
      'app.yaml:1:22: receivers.http.maxBatchEvents: unknown key "maxBatchEvents"; did you mean "max_batch_events"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a key that is near to none',
    over: 'receivers: { http: { colour: red } }',
    lines: ['app.yaml:1:22: receivers.http.colour: unknown key "colour" [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: 'a nested option',
    over: 'processors: { redact: { patterns: { emial: false } } }',
    lines: [
      'app.yaml:1:37: processors.redact.patterns.emial: unknown key "emial"; did you mean "email"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'an option in a list',
    over: 'processors:\n  redact:\n    rules:\n      - { keys: [a], metod: drop }',
    lines: [
      'app.yaml:4:22: processors.redact.rules.0.metod: unknown key "metod"; did you mean "method"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: "the engine's own key in an exporter",
    over: 'exporters: { sqlite: { time_out: 5s, btach: {} } }',
    lines: [
      'app.yaml:1:24: exporters.sqlite.time_out: unknown key "time_out"; did you mean "timeout"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:1:38: exporters.sqlite.btach: unknown key "btach"; did you mean "batch"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: "the engine's nested key",
    over: 'exporters: { sqlite: { retry: { max_intervall: 5s } } }',
    lines: [
      'app.yaml:1:33: exporters.sqlite.retry.max_intervall: unknown key "max_intervall"; did you mean "max_interval"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a value below a misspelled key is checked',
    over: 'exporters: { sqlite: { retyr: { max_interval: 5 } } }',
    lines: [
      'app.yaml:1:24: exporters.sqlite.retyr: unknown key "retyr"; did you mean "retry"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:1:47: exporters.sqlite.retyr.max_interval: expected a number with a unit (ms, s, m, h, d), e.g. 5s [CONFIG_TYPE]',
    ],
  },
  {
    name: 'a key of the service',
    over: 'service: { pipelins: {} , shutdown_timout: 5s }',
    lines: [
      'app.yaml:1:12: service.pipelins: unknown key "pipelins"; did you mean "pipelines"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:1:27: service.shutdown_timout: unknown key "shutdown_timout"; did you mean "shutdown_timeout"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a key of a pipeline',
    over: 'service: { pipelines: { events: { exporter: [sqlite] } } }',
    lines: [
      'app.yaml:1:35: service.pipelines.events.exporter: unknown key "exporter"; did you mean "exporters"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a key of the journal',
    over: 'service: { journal: { max_byte: 1GiB } }',
    lines: [
      'app.yaml:1:23: service.journal.max_byte: unknown key "max_byte"; did you mean "max_bytes"? [CONFIG_UNKNOWN_KEY]',
    ],
  },
  {
    name: 'a key that does nothing yet',
    over: 'service: { audit: {} }',
    lines: ['app.yaml:1:12: service.audit: unknown key "audit" [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: 'a key of a tenant',
    over: 'tenants: [{ id: a, apikeys: [] }]',
    lines: [
      'app.yaml:1:20: tenants.0.apikeys: unknown key "apikeys"; did you mean "api_keys"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:1:29: tenants.0.apikeys: expected at least 1 item [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a misspelled component',
    over: 'exporters: { sqllite: { path: a.db } }',
    lines: [
      'app.yaml:1:14: exporters.sqllite: unknown exporter "sqllite"; did you mean "sqlite"? [CONFIG_UNKNOWN_COMPONENT]',
    ],
  },
  {
    name: 'a misspelled component with a name',
    files: {
      'app.yaml':
        'receivers: { htp/edge:  }\nprocessors: { normalize:  }\nexporters: { sqlite:  }\nservice: { pipelines: { a: { receivers: [http/edge], processors: [normalize], exporters: [sqlite] } } }',
    },
    lines: [
      'app.yaml:1:14: receivers.htp/edge: unknown receiver "htp/edge"; did you mean "http/edge"? [CONFIG_UNKNOWN_COMPONENT]',
    ],
  },
  {
    name: 'an unknown component',
    over: 'exporters: { kafka:  }',
    lines: [
      'app.yaml:1:14: exporters.kafka: unknown exporter "kafka"; known are: sqlite, directory, s3, opensearch, postgres, file, debug, nats [CONFIG_UNKNOWN_COMPONENT]',
    ],
  },
  {
    name: 'a component in the wrong section',
    over: 'exporters: { redact:  }',
    lines: ['app.yaml:1:14: exporters.redact: "redact" is a processor, not an exporter [CONFIG_UNKNOWN_COMPONENT]'],
  },
  {
    name: 'an id with a bad name',
    over: 'exporters: { sqlite/a.b:  }',
    lines: [
      'app.yaml:1:14: exporters.sqlite/a.b: expected the id type or type/name, the name of letters, digits, _ and - [CONFIG_COMPONENT_ID]',
    ],
  },
  {
    name: 'several mistakes, all told',
    over: 'receivers:\n  http:\n    insecur: true\n    max_batch_events: many\nexporters:\n  sqlite:\n    pth: 1\n',
    lines: [
      'app.yaml:3:5: receivers.http.insecur: unknown key "insecur"; did you mean "insecure"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:4:23: receivers.http.max_batch_events: expected a whole number, found text [CONFIG_TYPE]',
      'app.yaml:7:5: exporters.sqlite.pth: unknown key "pth"; did you mean "path"? [CONFIG_UNKNOWN_KEY]',
      'app.yaml:7:10: exporters.sqlite.pth: expected text, found a whole number [CONFIG_TYPE]',
    ],
  },
  {
    name: 'a prototype as a key',
    over: 'receivers: { http: { __proto__: { a: 1 }, constructor: 1 } }',
    lines: [
      'app.yaml:1:22: receivers.http.__proto__: unknown key "__proto__" [CONFIG_UNKNOWN_KEY]',
      'app.yaml:1:43: receivers.http.constructor: unknown key "constructor" [CONFIG_UNKNOWN_KEY]',
    ],
  },
];

test.each(cases)('$name', async ({ lines, ...given }) => {
  expect(await issueLines(given)).toEqual(lines);
});
