export { expiryOf, parseCaveat, permits, servicesOf } from './caveat.ts';
export {
  type Challenge,
  formatChallenge,
  formatChallengePair,
  parseChallenge,
} from './challenge.ts';
export {
  type BoughtToken,
  type Credential,
  type CredentialHeaders,
  carriesCredential,
  formatCredential,
  isCredentialLine,
  parseCredential,
} from './credential.ts';
export { decodeIdentifier, encodeIdentifier } from './identifier.ts';
export { decodeInvoice, decodeOwnInvoice, type Invoice } from './invoice.ts';
export { encodeInvoice, type InvoiceFields } from './invoice-encode.ts';
export type { Network } from './invoice-prefix.ts';
export { addCaveat, type Macaroon, mintMacaroon, verifyMacaroon } from './macaroon.ts';
export { decodeMacaroon, encodeMacaroon } from './macaroon-binary.ts';
export { unlocks } from './preimage.ts';
export { termsOf } from './terms.ts';
