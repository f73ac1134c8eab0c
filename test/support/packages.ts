import { readFileSync, readdirSync } from 'node:fs';

export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly unpkg?: string;
}

/** The folders below `packages/` that are published, with their package.json. */
export const packages: readonly { folder: string; json: PackageFile }[] = readdirSync('packages')
  .map((folder) => ({
    folder,
    json: JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')) as PackageFile,
  }))
  .filter(({ json }) => !json.private);

const inNodeAlone = ['cli', 'server'];

/** The packages that run in a page. */
export const browserPackages = packages.filter(({ folder }) => !inNodeAlone.includes(folder));

/** The packages that code imports: all but the command line. */
export const libraries = packages.filter(({ folder }) => folder !== 'cli');
