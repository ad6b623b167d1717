// For the image's HEALTHCHECK, which has no shell and no curl: is the collector ready?
const address = process.env.BETALOGS_HEALTH ?? '127.0.0.1:13133';
const ready = await fetch(`http://${address}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = ready ? 0 : 1;
