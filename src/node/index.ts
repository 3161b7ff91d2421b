export { type BackgroundProgram, startInBackground } from './background.ts';
export { codeOf } from './diagnosis.ts';
export { failureOf, type NodeFailure } from './failure.ts';
export { type Answer, type Call, type NodeAddress, type NodeLine, openLine } from './line.ts';
export { type NodeNetwork, type NodePlace, placeOf } from './place.ts';
export { type NodeSecret, openVault, type Vault } from './vault.ts';
