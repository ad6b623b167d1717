// One pass over the flat attributes and the top of the payload: the facts that decide outcome and error class.
import { isLonger } from '../../../src/event/check/scalars.ts';
import { grpcStatusOf } from '../../../src/event/grpc-status.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';

type Attributes = NonNullable<CanonicalEvent['attributes']>;

/** What attributes and payload tell, under the facts' own names. */
export interface Survey {
  isFailure: boolean | undefined;
  spanStatus: string | undefined;
  httpStatus: number | undefined;
  grpcStatus: number | undefined;
  nestedStatus: string | undefined;
  dependency: string | undefined;
  /** It names a database: five digits are then an SQLSTATE. */
  isDatabase: boolean;
  /** Attributes that are longer, or more, than the schema allows. */
  overLimit: boolean;
  /** Characters of all keys and texts of the attributes. */
  attributeChars: number;
}

/** How many attributes an event may have, and how long each of their texts may be. */
export interface AttributeLimits {
  readonly maxKeys: number;
  readonly maxBytes: number;
}

type Take = (survey: Survey, value: unknown) => void;
const takeHttp: Take = (survey, value) => {
  survey.httpStatus ??= statusNumber(value);
};
const takeGrpc: Take = (survey, value) => {
  survey.grpcStatus ??= grpcStatusOf(value);
};
const takeDatabase: Take = (survey) => {
  survey.isDatabase = true;
};
const takePeer: Take = (survey, value) => {
  if (typeof value === 'string' && value !== '') survey.dependency ??= value;
};
const takeFailure: Take = (survey, value) => {
  if (typeof value === 'boolean') survey.isFailure ??= value;
};

const FACTS: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['is_failure', takeFailure],
  [
    'otel.status_code',
    (survey, value) => {
      if (typeof value === 'string') survey.spanStatus = value.toUpperCase();
    },
  ],
  ['http.response.status_code', takeHttp],
  ['http.status_code', takeHttp],
  ['rpc.grpc.status_code', takeGrpc],
  ['rpc.response.status_code', takeGrpc],
  ['db.system', takeDatabase],
  ['db.system.name', takeDatabase],
  ['peer.service', takePeer],
]);

const statusNumber = (value: unknown): number | undefined => {
  const status = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) ? status : undefined;
};

export const surveyOf = (
  attributes: Attributes | undefined,
  data: Readonly<Record<string, unknown>> | undefined,
  limits: AttributeLimits,
): Survey => {
  const survey: Survey = {
    isFailure: undefined,
    spanStatus: undefined,
    httpStatus: undefined,
    grpcStatus: undefined,
    nestedStatus: undefined,
    dependency: undefined,
    isDatabase: false,
    overLimit: false,
    attributeChars: 0,
  };
  if (attributes !== undefined) surveyAttributes(attributes, survey, limits);
  if (data !== undefined) surveyData(data, survey);
  return survey;
};

const surveyAttributes = (attributes: Attributes, survey: Survey, { maxKeys, maxBytes }: AttributeLimits): void => {
  let count = 0;
  for (const key in attributes) {
    const value = attributes[key];
    count++;
    survey.attributeChars += key.length;
    if (typeof value === 'string') {
      survey.attributeChars += value.length;
      if (isLonger(value, maxBytes)) survey.overLimit = true;
    } else if (Array.isArray(value)) surveyArray(value, survey, maxBytes);
    FACTS.get(key)?.(survey, value);
  }
  if (count > maxKeys) survey.overLimit = true;
};

const surveyArray = (values: readonly unknown[], survey: Survey, maxBytes: number): void => {
  for (const value of values) {
    if (typeof value !== 'string') continue;
    survey.attributeChars += value.length;
    if (isLonger(value, maxBytes)) survey.overLimit = true;
  }
};

/** `data.status` goes before the status of an object in `data`; of several, the first key in the alphabet decides. */
const surveyData = (data: Readonly<Record<string, unknown>>, survey: Survey): void => {
  takeFailure(survey, data['is_failure']);
  const { status } = data;
  if (typeof status === 'string') {
    survey.nestedStatus = status;
    return;
  }
  let decisive: string | undefined;
  for (const key in data) {
    const inner = data[key];
    if (typeof inner !== 'object' || inner === null || (decisive !== undefined && key > decisive)) continue;
    const { status: nested } = inner as { status?: unknown };
    if (typeof nested !== 'string') continue;
    decisive = key;
    survey.nestedStatus = nested;
  }
};
