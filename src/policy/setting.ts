import * as z from 'zod';

/** A whole number in a range, with its default. */
export const whole = (
  least: number,
  most: number,
  standard: number,
  meaning: string,
): z.ZodDefault<z.ZodInt> => z.int().min(least).max(most).default(standard).describe(meaning);

/** A group of settings. An unknown key is an error: a misspelt cap must not go unnoticed. */
export const section = <Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> => z.strictObject(shape);
