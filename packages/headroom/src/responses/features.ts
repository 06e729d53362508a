import { isAtLeast, type Level } from '../contracts.ts';

/** Something the service can do without while memory is short: ask `on` before doing it. */
export interface Feature {
  readonly name: string;
  /** The level from which it is off. */
  readonly offAt: Level;
  readonly on: boolean;
}

export interface FeatureOptions {
  readonly offAt: Exclude<Level, 'normal'>;
}

export interface Features {
  /** Throws where the name is taken. */
  add(name: string, options: FeatureOptions): Feature;
  list(): Feature[];
}

/** Features are on below the level that each names, and off from it on. */
export function createFeatures(level: () => Level): Features {
  const features = new Map<string, Feature>();
  return {
    add(name, { offAt }) {
      if (features.has(name)) throw new Error(`There is a feature named ${name} already`);
      const feature: Feature = {
        name,
        offAt,
        get on() {
          return !isAtLeast(level(), offAt);
        },
      };
      features.set(name, feature);
      return feature;
    },
    list: () => [...features.values()],
  };
}
