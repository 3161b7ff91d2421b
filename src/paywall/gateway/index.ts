export { type Gateway, type GatewayMeans, type GatewaySettings, openGateway } from './gateway.ts';
export type { GatewayLimits } from './limits.ts';
