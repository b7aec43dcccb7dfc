import type { Libc } from './node-runtime.ts';

/** What a server's image, or the system that a server is installed on, has of what an executable needs. */
export interface ServerImage {
  readonly name: string;
  /** The C library that programs find, its loader included. */
  readonly libc: Libc | undefined;
  /** Libraries beside the C library's own. */
  readonly libraries: readonly string[];
  /** By family, the highest version of the symbols; musl has none. */
  readonly symbols: Readonly<Record<string, string>>;
  /** Whether this is compared with the image's own files, and the executable started there; else it is of package lists. */
  readonly tested: boolean;
  /** What brings the missing libraries, or what to do where nothing does. */
  readonly remedy: string;
}

const BOTH = ['libstdc++.so.6', 'libgcc_s.so.1'];
const APK = '`apk add libstdc++`, which brings libgcc';

/** As of November 2026. test/dist/debian.test.ts holds those of Debian against its root file systems. */
export const SERVER_IMAGES: readonly ServerImage[] = [
  { name: 'Vault, `hashicorp/vault` (Alpine)', libc: 'musl', libraries: [], symbols: {}, tested: false, remedy: APK },
  {
    name: 'OpenBao, `openbao` (Alpine with gcompat)',
    libc: 'musl',
    libraries: [],
    symbols: {},
    tested: false,
    remedy: APK,
  },
  {
    name: 'OpenBao, `openbao-ubi` (UBI 9 minimal)',
    libc: 'glibc',
    libraries: BOTH,
    symbols: { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13', GCC: '7.0.0' },
    tested: false,
    remedy: '`microdnf install libstdc++`',
  },
  {
    name: 'distroless `static`',
    libc: undefined,
    libraries: [],
    symbols: {},
    tested: false,
    remedy: 'another base: distroless `cc` has all of it',
  },
  {
    name: 'Debian 12',
    libc: 'glibc',
    libraries: BOTH,
    symbols: { GLIBC: '2.36', GLIBCXX: '3.4.30', CXXABI: '1.3.13', GCC: '12.0.0' },
    tested: true,
    remedy: '`apt-get install libstdc++6`',
  },
  {
    name: 'Debian 13',
    libc: 'glibc',
    libraries: BOTH,
    symbols: { GLIBC: '2.41', GLIBCXX: '3.4.33', CXXABI: '1.3.15', GCC: '14.0.0' },
    tested: true,
    remedy: '`apt-get install libstdc++6`',
  },
  {
    name: 'Ubuntu 22.04',
    libc: 'glibc',
    libraries: BOTH,
    symbols: { GLIBC: '2.35', GLIBCXX: '3.4.30', CXXABI: '1.3.13', GCC: '12.0.0' },
    tested: false,
    remedy: '`apt-get install libstdc++6`',
  },
  {
    name: 'Ubuntu 24.04',
    libc: 'glibc',
    libraries: BOTH,
    symbols: { GLIBC: '2.39', GLIBCXX: '3.4.33', CXXABI: '1.3.15', GCC: '14.0.0' },
    tested: false,
    remedy: '`apt-get install libstdc++6`',
  },
];
