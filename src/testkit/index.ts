// For the tests of plugins, ours and yours: contract suites, one a kind, and fakes.
export { exporterSuite, type ExporterSuiteOptions } from './exporter-suite.ts';
export { extensionSuite, type ExtensionSuiteOptions } from './extension-suite.ts';
export { processorSuite, type ProcessorSuiteOptions } from './processor-suite.ts';
export { receiverSuite, type ReceiverSuiteOptions } from './receiver-suite.ts';
export { declarationProblems, undescribedOptions } from './declaration.ts';
export { fakeIntake, type FakeIntake, type FakeIntakeOptions } from './fake-intake.ts';
export {
  capturingLog,
  componentContext,
  exampleEvent,
  exampleEvents,
  fakeClock,
  fakeKeyRing,
  storedBatch,
  type CapturingLog,
  type FakeClock,
} from './fakes.ts';
export { createTestHost, type TestHost } from './test-host.ts';
