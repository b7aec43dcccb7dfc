/**
 * The change of docs/ui.md, made in the script that the server serves: the engine joins the types whose mounts the list
 * of engines links, and those that can be enabled.
 */
const CHANGES = [
  {
    file: 'ui/app/helpers/supported-secret-backends.js',
    text: '"kubernetes"]',
    changed: '"kubernetes","keymgmt"]',
    // The text stands in other lists as well.
    after: '"database","cubbyhole","generic","kv","pki","ssh","transit",',
  },
  {
    file: 'ui/app/helpers/mountable-secret-engines.js',
    text: ']',
    changed: ',{displayName:"Key Management",type:"keymgmt",category:"generic"}]',
    after:
      '{displayName:"Kubernetes",value:"kubernetes",type:"kubernetes",engineRoute:"kubernetes.overview",' +
      'category:"generic",glyph:"kubernetes-color"}',
  },
] as const;

/** The script of the UI that holds both lists. */
export const SCRIPT = '/ui/assets/vault.js';

/** @throws {Error} that names the list that the script does not hold exactly once */
export function linkEngine(script: string): string {
  return CHANGES.reduce((source, { file, after, text, changed }) => {
    const [before, behind, ...others] = source.split(after + text);
    if (before === undefined || behind === undefined || others.length > 0) {
      throw new Error(`The list of ${file} is not in ${SCRIPT} as it was: compare it with docs/ui.md`);
    }
    return before + after + changed + behind;
  }, script);
}
