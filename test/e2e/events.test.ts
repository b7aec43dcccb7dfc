import { expect, it } from 'vitest';
import { onEachServer } from '../support/server/on-each-server.ts';

/** How often the log of a server says this. */
const count = (log: string, message: string): number => log.split(message).length - 1;

onEachServer('events', (stage, { host, version }) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  /** Vault 1.14, whose events are an experiment that is off, takes them too, for nobody. */
  const takesThem = host === 'vault' && (major > 1 || minor >= 13);

  it(
    takesThem ? 'are all taken by the server' : 'are not sent again once the server has said that it takes none',
    async () => {
      await stage().http('POST', 'keymgmt/key/told', { type: 'aes256-gcm96' });
      for (let rotation = 0; rotation < 3; rotation++) {
        expect((await stage().http('POST', 'keymgmt/key/told/rotate')).status).toBe(204);
      }
      await stage().noteMaterial();
      // The end of the mount waits for them.
      await stage().cli('secrets', 'disable', 'keymgmt');
      const log = await stage().server.log();
      expect(count(log, 'rotated a key')).toBe(3);
      expect(count(log, 'an event was not sent')).toBe(0);
      expect(count(log, 'the server takes no events')).toBe(takesThem ? 0 : 1);
      await stage().cli('secrets', 'enable', 'keymgmt');
    },
  );
});
