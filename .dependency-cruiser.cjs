/**
 * The ring rule: what each folder of src/ may import. Anything that is not named here fails `make check`.
 * Third-party and node: modules are left to review; src/support serves every ring and knows none of them.
 */
const rings = {
  goplugin: [],
  logical: [],
  crypto: [],
  vault: ['goplugin', 'logical'],
  framework: ['logical'],
  'providers/http': ['providers/[^/]+[.]ts'],
  'providers/(?!http/)[^/]+': ['crypto', 'providers/http', 'providers/[^/]+[.]ts'],
  'providers/[^/]+[.]ts': ['crypto'],
  keymgmt: ['framework', 'logical', 'crypto', 'providers/[^/]+[.]ts'],
  support: [],
};

const ringRules = Object.entries(rings).map(([ring, mayImport]) => {
  const own = ring.includes('[.]ts') ? ring : `${ring}/`;
  const allowed = [own, 'support/', ...mayImport.map((name) => (name.includes('[.]ts') ? name : `${name}/`))];
  return {
    name: `ring-${ring.replace(/[/].*[+]/, '-each').replace(/[^a-z]+/g, '-')}`,
    comment: `src/${ring} may import only: ${['support', ...mayImport].join(', ')}`,
    severity: 'error',
    from: { path: `^src/${own}` },
    to: { path: '^(src|dev|test|bench|examples)/', pathNot: `^src/(${allowed.join('|')})` },
  };
});

/**
 * The rooms of the engine, and what each may import of the others: paths → operations → reconcile → records, none back.
 * The files beside the rooms hold what belongs to a whole mount; all rooms but `records` know them.
 */
const rooms = {
  records: [],
  guard: ['records', '[^/]+[.]ts'],
  orphans: ['records', '[^/]+[.]ts'],
  reconcile: ['orphans', 'guard', 'records', '[^/]+[.]ts'],
  operations: ['reconcile', 'orphans', 'guard', 'records', '[^/]+[.]ts'],
  paths: ['operations', 'orphans', 'records', '[^/]+[.]ts'],
  '(?!backend[.])[^/]+[.]ts': ['records', 'guard', '[^/]+[.]ts'],
};

const roomRules = Object.entries(rooms).map(([room, mayImport]) => {
  const allowed = [room, ...mayImport].map((name) => (name.endsWith('[.]ts') ? `${name}$` : `${name}/`));
  return {
    name: `room-${room.includes('[') ? 'mount' : room}`,
    comment: `src/keymgmt/${room} may import only: ${mayImport.join(', ')}`,
    severity: 'error',
    from: { path: `^src/keymgmt/${room.endsWith('[.]ts') ? `${room}$` : `${room}/`}` },
    to: { path: '^src/keymgmt/', pathNot: `^src/keymgmt/(${allowed.join('|')})` },
  };
});

module.exports = {
  forbidden: [
    ...ringRules,
    ...roomRules,
    {
      name: 'providers-apart',
      comment: 'One cloud never knows another.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/($1|http)/' },
    },
    {
      name: 'framework-no-grpc',
      comment: 'Paths are data; only goplugin and vault speak gRPC.',
      severity: 'error',
      from: { path: '^src/(?!goplugin/|vault/)' },
      to: { path: 'node_modules/(@grpc|protobufjs)/' },
    },
    {
      name: 'aws-sdk-in-adapter',
      comment: 'Cloud SDK types do not leave their adapter.',
      severity: 'error',
      from: { path: '^src/(?!providers/aws/)' },
      to: { path: 'node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'attempts-from-the-recorder',
      comment: 'A call that may not be repeated needs an attempt that is in storage; only the recorder makes one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/keymgmt/reconcile/recorder[.]ts$' },
      to: { path: '^src/providers/attempt[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-ships-alone',
      comment: 'Nothing in dev/ or test/ ends up in the plugin.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(dev|test|bench|examples)/' },
    },
    {
      name: 'examples-on-surfaces',
      comment: 'An example stands on what the rings show to every plugin, and knows no engine.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: {
        path: '^(src|dev|test|bench|examples)/',
        pathNot: '^(examples/$1/|src/(framework|logical)/index[.]ts|src/vault/serve[.]ts|src/goplugin/|src/support/)',
      },
    },
    { name: 'no-cycle', severity: 'error', from: { path: '^(src|dev|examples)/' }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
