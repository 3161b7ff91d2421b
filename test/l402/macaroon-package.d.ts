/** As much of the `macaroon` package as the tests ask for a second opinion. */
declare module 'macaroon' {
  interface PackageMacaroon {
    readonly signature: Uint8Array;
    addFirstPartyCaveat(condition: string | Uint8Array): void;
    exportBinary(): Uint8Array;
  }

  const macaroon: {
    newMacaroon(fields: {
      readonly version: 2;
      readonly rootKey: Uint8Array;
      readonly identifier: Uint8Array;
      readonly location: string;
    }): PackageMacaroon;
    importMacaroon(bytes: Uint8Array): PackageMacaroon;
  };
  export default macaroon;
}
