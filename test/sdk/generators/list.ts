/** A generator of clients. */
export interface Generator {
  readonly name: string
  /** Lines of shell in a folder of its own: generate, compile strictly, go through the journey. */
  readonly steps: readonly [generate: string, compile: string, travel: string]
  /** Options that it needs, and why. */
  readonly note: string
}

/** What npm installs beside the folders. */
export const PACKAGES = [
  'openapi-typescript@7.13.0',
  'openapi-fetch@0.17.0',
  '@hey-api/openapi-ts@0.99.0',
  'orval@8.38.0',
  'typescript@5.9.3',
  'tsx@4.23.15',
  '@types/node@20.19.43',
].join(' ')

/** How the clients in TypeScript are compiled. */
export const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    skipLibCheck: false,
  },
  include: ['*.ts', 'generated'],
}

const OPENAPI_GENERATOR = '7.25.0'
const ARTIFACT = `org.openapitools:openapi-generator-cli:${OPENAPI_GENERATOR}`
const GENERATE = `mvn -q -B dependency:copy -Dartifact=${ARTIFACT} -DoutputDirectory=..
  java -jar ../openapi-generator-cli-${OPENAPI_GENERATOR}.jar generate -i ../without-webhooks.json`
const UNIONS = 'DatasetFilterValue=Object,DateOrDateTime=String,AmountInput=String'
const NO_WEBHOOKS =
  'without `webhooks`: for them it imports models without names (`import { , } from`)'

const inTypeScript = (
  name: string,
  adapter: string,
  generate: string,
  note: string,
): Generator => ({
  name,
  steps: [
    generate,
    `cp "$JOURNEYS"/journey.ts "$JOURNEYS"/${adapter}.ts . && npx tsc -p .`,
    `npx tsx ${adapter}.ts`,
  ],
  note,
})

/** All generators that make their client in a temporary folder. */
export const GENERATORS: readonly Generator[] = [
  inTypeScript(
    'openapi-typescript 7.13.0 with openapi-fetch 0.17.0',
    'openapi-typescript',
    'npx openapi-typescript "$DOCUMENT" -o generated/schema.ts',
    'files take a `bodySerializer`: it writes JSON by itself',
  ),
  inTypeScript(
    '@hey-api/openapi-ts 0.99.0',
    'hey-api',
    'npx openapi-ts -i "$DOCUMENT" -o generated -c @hey-api/client-fetch',
    'as it is',
  ),
  inTypeScript(
    'orval 8.38.0 (fetch)',
    'orval',
    `echo "export default { p: { input: '$DOCUMENT', output: { target: 'generated/api.ts', client: 'fetch', baseUrl: '$PASSBOOK_URL' } } }" > orval.config.mjs
    npx orval --config orval.config.mjs`,
    'as it is',
  ),
  inTypeScript(
    `openapi-generator ${OPENAPI_GENERATOR} (typescript-fetch)`,
    'typescript-fetch',
    `${GENERATE} -g typescript-fetch -o generated`,
    NO_WEBHOOKS,
  ),
  {
    name: `openapi-generator ${OPENAPI_GENERATOR} (java, resttemplate)`,
    steps: [
      `${GENERATE} -g java --library resttemplate --schema-mappings ${UNIONS} -o .`,
      `cp "$JOURNEYS"/Journey.java src/main/java/org/openapitools/
      mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath`,
      'java -cp "target/classes:$(cat classpath)" org.openapitools.Journey',
    ],
    note: `without \`webhooks\`; \`--schema-mappings ${UNIONS}\`, since its classes for \`anyOf\` of lists do not compile; with a mapper of one's own, since its own writes nulls; files by the form, since it cannot send one as a body`,
  },
]
