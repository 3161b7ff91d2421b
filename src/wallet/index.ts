export { openLndIssuer } from './lnd/issuer.ts';
export { openLndWallet } from './lnd/wallet.ts';
export type { Behaviour } from './sandbox/behaviour.ts';
export type { Issued, Order } from './sandbox/invoice.ts';
export { openSandboxIssuer } from './sandbox/issuer.ts';
export { fund, openSandbox, type Sandbox } from './sandbox/sandbox.ts';
export { openShop, type Shop } from './sandbox/shop.ts';
export { openSandboxWallet } from './sandbox/wallet.ts';
