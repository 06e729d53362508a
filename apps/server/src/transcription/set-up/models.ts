/** A speech model among the releases of sherpa-onnx. */
export interface SpeechModel {
  /** Of the archive, and of the folder in it. */
  name: string;
  sha256: string;
  /** Where the archives lie. */
  releases: string;
}

const releases = 'https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models';

/** 108 MB to fetch, MIT. The smallest that is right more often than not, several times faster than speech on one core. */
const english: SpeechModel = {
  name: 'sherpa-onnx-moonshine-tiny-en-int8',
  sha256: 'd5fe6ec4334fef36255b2a4010412cad4c007e33103fec62fb5d17cad88086f2',
  releases,
};

/** 208 MB to fetch, MIT. 99 languages. */
const multilingual: SpeechModel = {
  name: 'sherpa-onnx-whisper-base',
  sha256: '911b2083efd7c0dca2ac3b358b75222660dc09fb716d64fbfc417ba6c99ff3de',
  releases,
};

/** English, unless another language is configured. */
export function modelFor(language: string | undefined): SpeechModel {
  return language === undefined || /^en\b/i.test(language) ? english : multilingual;
}

export function modelUrl({ releases, name }: SpeechModel): string {
  return `${releases}/${name}.tar.bz2`;
}
