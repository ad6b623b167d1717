import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, problemBody, problemHeaders } from '../sdk/index.ts';

const MALFORMED: Problem = { status: 400, code: 'HTTP_MALFORMED', title: 'This is not valid HTTP' };

/** What the parser's and the timers' errors mean; anything else is malformed. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'HTTP_HEADERS_TOO_LARGE', title: 'The header fields are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'HTTP_TIMEOUT', title: 'The request did not arrive in time' },
};

/** Answers what the HTTP parser refuses, for which there is no response object, and ends the connection. */
export const answerClientError = (
  error: NodeJS.ErrnoException,
  socket: Socket,
  begun: ServerResponse | undefined,
): void => {
  if (error.code === 'ECONNRESET' || !socket.writable || begun?.headersSent === true) {
    socket.destroy();
    return;
  }
  const problem = PROBLEMS[error.code ?? ''] ?? MALFORMED;
  socket.end(toText(problem));
  socket.destroySoon();
};

const toText = (problem: Problem): string => {
  const body = JSON.stringify(problemBody(problem));
  const headers = { ...problemHeaders(problem), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n');
};
