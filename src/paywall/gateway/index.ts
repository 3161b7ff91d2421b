export { type Gateway, type GatewaySettings, openGateway } from './gateway.ts';
export type { GatewayLimits } from './limits.ts';
