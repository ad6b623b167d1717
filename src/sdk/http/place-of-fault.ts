/** What may be logged of a bug: its name and place, never its message, which may quote what was sent. */
export const placeOfFault = (error: unknown): { readonly error: string; readonly at: string | undefined } =>
  error instanceof Error
    ? { error: error.name, at: error.stack?.match(/^\s+at .+$/m)?.[0].trim() }
    : { error: typeof error, at: undefined };
