export { openKeyring, type Sealer } from './keyring.ts';
export { openPin, type Pin } from './pin.ts';
export { createFile, readIfThere, replaceFile, syncDirectory } from './private-file.ts';
