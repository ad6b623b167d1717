/** Why there is no key; the message names the file, never what it holds. */
export class KeysError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeysError';
  }
}
