/** Says where a long step stands. Goes to stderr, so that stdout stays for answers. */
export type Progress = (message: string) => void;

export const stderrProgress: Progress = (message) => {
  process.stderr.write(`${message}\n`);
};
