// The only file that touches the terminal.

/** Resolves when the text is handed to the stream; rejects where nobody reads it any more. */
export const writeToStderr = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stderr.write(text, (error) => (error ? reject(error) : resolve()));
  });
