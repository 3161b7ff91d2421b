import { type Ability, walletContract } from '../contract/wallet.ts';
import { openLndRig } from '../lnd/rig.ts';

const CAN = new Set<Ability>(['fails', 'hangs', 'unheard', 'unroutable', 'costs a fee']);

walletContract('LND over a wire like its own', CAN, () => openLndRig());
