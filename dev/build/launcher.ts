import { ALLOWED_VARIABLES, REFUSED_VARIABLES } from '../../src/support/allowed-variables.ts';

/**
 * How V8 uses memory, also in the single executables. Of what a request leaves, hardly anything is alive at the next
 * collection: semi-spaces of 4 MB (16 by default) and one thread, which takes less processor time than several that wait
 * for each other, are enough. The heap grows by a fifth at a time, where V8 would double it: 140 MB under load, not 165.
 */
export const V8_OPTIONS: readonly string[] = [
  '--max-semi-space-size=4',
  '--single-threaded-gc',
  '--heap-growing-percent=20',
];

/** Read by Node when it connects, not when it starts: the plugin drops it itself, and says so. */
const DROPPED_BY_PLUGIN = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * The first lines of the plugin's file: a shell script that becomes Node, and a string and a comment to Node. It drops
 * every variable that is not allowed, since several act before the plugin's own code: NODE_OPTIONS loads code,
 * NODE_DEBUG prints requests. No value is written anywhere: a list for `env -i` would stand in /proc/<pid>/cmdline.
 * A line that is part of a value is taken for a variable as well; all that can come of it is that a variable is
 * dropped which would be dropped anyway.
 *
 * It holds to POSIX, as BusyBox and dash are all that many images have; `env -S` is unknown to them. `command` keeps a
 * variable that the shell will not unset from ending the script.
 */
export const LAUNCHER = `#!/bin/sh
":" /*
ulimit -c 0 2>/dev/null
set +axv -f
IFS='
'
for name in $(export -p); do
  case $name in
    "export "*) name=\${name#export } ;;
    "declare -x "*) name=\${name#declare -x } ;;
    *) continue ;;
  esac
  name=\${name%%=*}
  case $name in
    '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
    ${REFUSED_VARIABLES.join(' | ')}) ;;
    ${[...ALLOWED_VARIABLES, DROPPED_BY_PLUGIN].join(' | ')}) continue ;;
  esac
  command unset -v "$name" 2>/dev/null
done
if node --disable-sigusr1 --version >/dev/null 2>&1; then
  exec node --disable-sigusr1 ${V8_OPTIONS.join(' ')} "$0" "$@"
fi
exec node ${V8_OPTIONS.join(' ')} "$0" "$@"
*/`;
