// The bucket's rules that expire the archive and clear away uploads that were never finished.
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { ARCHIVE_ROOT } from '../../../src/sdk/index.ts';
import type { S3Settings } from './settings.ts';

const MS_PER_DAY = 86_400_000;
const UNFINISHED_DAYS = 7;

/** Ours are known by their id: a bucket may hold several archives, each under its own prefix. */
export const ruleId = ({ prefix }: S3Settings): string => `betalogs-archive:${prefix}`;

export const wantedRule = (settings: S3Settings): LifecycleRule | undefined => {
  if (settings.expireAfterMs === undefined) return undefined;
  const days = Math.ceil(settings.expireAfterMs / MS_PER_DAY);
  return {
    ID: ruleId(settings),
    Status: 'Enabled',
    Filter: { Prefix: settings.prefix + ARCHIVE_ROOT },
    Expiration: { Days: days },
    // In a bucket with versions, as Object Lock has them, expiry only hides; a day later the version itself goes.
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: UNFINISHED_DAYS },
  };
};

/** Our rule in the place of our old one; the rules of others as they are. */
export const mergedRules = (settings: S3Settings, present: readonly LifecycleRule[]): LifecycleRule[] => {
  const wanted = wantedRule(settings);
  const others = present.filter(({ ID }) => ID !== ruleId(settings));
  return wanted === undefined ? others : [...others, wanted];
};

/** In words, for the log and the command. */
export const lifecycleProblems = (settings: S3Settings, present: readonly LifecycleRule[]): string[] => [
  ...ownProblems(settings, present),
  ...present.filter((rule) => rule.ID !== ruleId(settings)).flatMap((rule) => foreignProblems(settings, rule)),
];

const ownProblems = (settings: S3Settings, present: readonly LifecycleRule[]): string[] => {
  const wanted = wantedRule(settings);
  const own = present.find(({ ID }) => ID === ruleId(settings));
  if (wanted === undefined) return [];
  if (own === undefined)
    return ['the bucket has no rule that expires the archive; write it with: archive lifecycle --write'];
  const days = wanted.Expiration?.Days;
  const isRight = own.Status === 'Enabled' && own.Expiration?.Days === days && prefixOf(own) === prefixOf(wanted);
  return isRight
    ? []
    : [
        `the bucket's rule does not expire the archive after ${days} days; write it anew with: archive lifecycle --write`,
      ];
};

/** Somebody else's rule that takes the archive away earlier than it should. */
const foreignProblems = (settings: S3Settings, rule: LifecycleRule): string[] => {
  const archive = settings.prefix + ARCHIVE_ROOT;
  const prefix = prefixOf(rule);
  const days = rule.Expiration?.Days;
  if (rule.Status !== 'Enabled' || days === undefined) return [];
  if (!archive.startsWith(prefix) && !prefix.startsWith(archive)) return [];
  const expireDays = (settings.expireAfterMs ?? Infinity) / MS_PER_DAY;
  return days < expireDays ? [`rule "${rule.ID ?? ''}" expires objects of the archive after ${days} days`] : [];
};

const prefixOf = ({ Filter, Prefix }: LifecycleRule): string => Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
