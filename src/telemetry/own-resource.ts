import { randomUUID } from 'node:crypto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';

/** Who tells: OTEL_RESOURCE_ATTRIBUTES, and of the process its name and version only; its arguments may hold secrets. */
export const ownResource = (serviceName: string, version: string): Resource =>
  defaultResource()
    .merge(resourceFromAttributes({ 'service.version': version, 'service.instance.id': randomUUID() }))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ 'service.name': serviceName }));
