/** Every code with which the domain refuses an event, and what it means. Permanent once released; the docs are made from it. */
export const EVENT_ERROR_CODES = {
  EVENT_FIELD_REQUIRED: 'A field that must be there is missing.',
  EVENT_FIELD_TYPE: 'A field has a value of another type.',
  EVENT_FIELD_ENUM: 'A field has a value that is not one of those allowed.',
  EVENT_FIELD_PATTERN: 'A text does not have the form that the field asks for.',
  EVENT_FIELD_TOO_LONG: 'A text takes more UTF-8 bytes than the field allows.',
  EVENT_FIELD_RANGE: 'A number is out of range, not an integer where one is asked for, or not finite.',
  EVENT_FIELD_UNKNOWN: 'The event has a field that the schema does not know, and unknown fields are refused.',
  EVENT_TOO_MANY: 'An array, a map or the payload has more entries than allowed.',
  EVENT_TOO_DEEP: 'The payload is nested deeper than allowed.',
  EVENT_TOO_LARGE: 'The canonical event takes more bytes than allowed, and cutting is off or cannot help.',
  EVENT_SCHEMA: 'The event breaks the JSON Schema that the configuration gives for its action.',
  EVENT_TIME_FORMAT: 'The time is in none of the accepted forms.',
  EVENT_TIME_CALENDAR: 'The time names a day, hour, minute or offset that does not exist.',
  EVENT_TIME_LEAP_SECOND: 'The time names second 60; send the second before or after it.',
  EVENT_TIME_PRECISION: 'The time has more than nine digits behind the second.',
  EVENT_TIME_RANGE: 'The time lies outside of the years 1 to 9999.',
  EVENT_TIME_FUTURE: 'The time lies further ahead of the clock than allowed.',
  EVENT_TIME_TOO_OLD: 'The time lies further back than events are kept.',
  ACTION_UNKNOWN: 'The action is neither built in, nor registered, nor prefixed with "x.".',
  ACTION_CATEGORY_MISMATCH: 'The action belongs to another category.',
  ACTION_CONTRADICTED: 'The event itself says that what its action names did not happen.',
  CLOUDEVENT_DATA: 'A CloudEvent has both `data` and `data_base64`, or one that cannot be decoded.',
  CLOUDEVENT_HEADER: 'A `ce-` header is not percent-encoded UTF-8.',
  TENANT_MISMATCH: 'The body names another tenant than the credential.',
} as const;

export type EventErrorCode = keyof typeof EVENT_ERROR_CODES;
