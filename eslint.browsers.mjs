import bcd from '@mdn/browser-compat-data' with { type: 'json' };
import ts from 'typescript';

/**
 * The browsers that a package runs in without a change by the app's build. For older ones the build of an app lowers the
 * syntax, but adds no function: so Chrome 71 has every function, at the latest.
 * @typedef {Readonly<Record<'chrome' | 'firefox' | 'safari', number>>} Floor
 * @type {Floor}
 */
const OLDEST = { chrome: 71, firefox: 90, safari: 15 };
/** dash.js itself needs these. @type {Floor} */
const OLDEST_OF_DASHJS = { chrome: 120, firefox: 115, safari: 17 };

/** The functions and objects of browsers, and those of the language. @type {any} */
const builtins = [bcd.api, bcd.javascript.builtins];
const [api, language] = builtins;

/** Members of options: a browser that does not know them ignores them without an error. */
const OPTIONS = [
  {
    owner: 'AddEventListenerOptions',
    member: 'signal',
    support: api.EventTarget.addEventListener.options_parameter.options_signal_parameter.__compat,
  },
  {
    owner: 'ErrorOptions',
    member: 'cause',
    support: language.Error.Error.options_cause_parameter.__compat,
  },
];

/** @typedef {import('@mdn/browser-compat-data').CompatStatement} Support */
/** @typedef {any} Node of ESLint's tree */

/** Returns the support of a global, or of a member of `owner`. @returns {Support | undefined} */
const supportOf = (/** @type {string | undefined} */ owner, /** @type {string} */ name) => {
  const places = builtins.flatMap((/** @type {any} */ all) => (owner === undefined ? all : (all[owner] ?? [])));
  return places.map((/** @type {any} */ place) => (place[name] ?? place[`${name}_static`])?.__compat).find(Boolean);
};

/** Returns the first version of a browser with it; infinity if there is none. @type {(support: any) => number} */
const firstVersion = (support) => {
  const known = [support].flat().filter((each) => each && !each.flags && !each.prefix && !each.alternative_name);
  const versions = known.map(({ version_added: version }) => Number.parseFloat(String(version).replace('≤', '')));
  return Math.min(...versions.map((version) => (Number.isNaN(version) ? Infinity : version)), Infinity);
};

/** Returns the browsers of `floor` that lack it, with their first version. */
const missingIn = (/** @type {Support} */ { support }, /** @type {Floor} */ floor) =>
  Object.entries(floor).flatMap(([browser, oldest]) => {
    const first = firstVersion(support[/** @type {keyof Floor} */ (browser)]);
    return first > oldest ? [`${browser} ${Number.isFinite(first) ? `before ${first}` : 'at all'}`] : [];
  });

/** Returns the name of what declares a member: `Array` also for those of `ReadonlyArray` and `ArrayConstructor`. */
const ownerOf = (/** @type {ts.Declaration} */ { parent }) => {
  if (ts.isInterfaceDeclaration(parent)) return parent.name.text.replace(/^Readonly|(?<=.)Constructor$/g, '');
  const declared = ts.isTypeLiteralNode(parent) && ts.isVariableDeclaration(parent.parent) && parent.parent.name;
  return declared && ts.isIdentifier(declared) ? declared.text : undefined;
};
const isOfBrowser = (/** @type {ts.Declaration} */ declaration) =>
  /[/\\]lib\.[\w.]+\.d\.ts$/.test(declaration.getSourceFile().fileName);

/** Members that may be missing: code asks for them before it uses them, or a type names them. */
const MAY_BE_MISSING = [
  'CallExpression[optional=true] > .callee',
  'UnaryExpression[operator=typeof] *',
  'TSMethodSignature > .key',
];
const OF_TYPES = ':matches(TSTypeReference, TSTypeQuery, TSQualifiedName, TSInterfaceHeritage, TSClassImplements) > *';

/**
 * Forbids what the oldest browsers lack, by the data of MDN and the types of what is asked: globals, members, and options
 * that a browser would ignore without an error. Also forbids the one use of `?.` that Chrome gets wrong before 91: in a
 * call whose spread is not the last argument, it calls what is missing.
 * @type {import('eslint').Rule.RuleModule}
 */
const browserFloor = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object' }],
    messages: {
      missing: '{{name}} is not in {{browsers}}. Write a loop, or take packages/core/src/older-browsers.ts.',
      spread: 'Chrome before 91 calls what is missing if a spread is not the last argument. Spread it last.',
    },
  },
  create(context) {
    const floor = /** @type {Floor} */ (context.options[0]);
    const { program, esTreeNodeToTSNodeMap: nodes } = /** @type {any} */ (context.sourceCode.parserServices);
    /** @type {ts.TypeChecker} */
    const checker = program.getTypeChecker();

    /** @type {(node: Node, name: string, support: Support | undefined) => void} */
    const report = (node, name, support) => {
      const browsers = support ? missingIn(support, floor) : [];
      if (browsers.length > 0)
        context.report({ node, messageId: 'missing', data: { name, browsers: browsers.join() } });
    };

    /** @type {(node: Node, symbol: ts.Symbol | undefined, object: ts.Type) => void} */
    const checkMember = (node, symbol, object) => {
      const declarations = (symbol?.declarations ?? []).filter(isOfBrowser);
      if (!symbol || declarations.length === 0) return;
      // the members of a mixin are those of the objects that have it
      const owners = [...declarations.map(ownerOf), object.symbol?.name].filter((owner) => owner !== undefined);
      const support = owners.map((owner) => supportOf(owner, symbol.name)).find((found) => found);
      report(node, `${owners[0]}.${symbol.name}`, support);
    };

    const checkArguments = (/** @type {Node} */ call) => {
      for (const argument of call.arguments) {
        const node = nodes.get(argument);
        const wanted = checker.getContextualType(node);
        const names = (wanted?.isUnion() ? wanted.types : [wanted]).map((type) => type?.symbol?.name);
        for (const { owner, member, support } of OPTIONS)
          if (names.includes(owner) && checker.getPropertyOfType(checker.getTypeAtLocation(node), member))
            report(argument, `${owner}.${member}`, support);
      }
    };

    return {
      [`MemberExpression:not(${MAY_BE_MISSING.join()})`](/** @type {Node} */ { object, property }) {
        const symbol = checker.getSymbolAtLocation(nodes.get(property));
        checkMember(property, symbol, checker.getTypeAtLocation(nodes.get(object)));
      },
      ObjectPattern(node) {
        const type = checker.getTypeAtLocation(nodes.get(node));
        for (const each of node.properties)
          if (each.type === 'Property' && each.key.type === 'Identifier')
            checkMember(each, checker.getPropertyOfType(type, each.key.name), type);
      },
      CallExpression: checkArguments,
      NewExpression: checkArguments,
      [`Identifier:not(${OF_TYPES})`](/** @type {Node} */ node) {
        const symbol = checker.getSymbolAtLocation(nodes.get(node));
        const isGlobal = symbol?.declarations?.some(
          (each) => isOfBrowser(each) && (ts.isFunctionDeclaration(each) || ts.isVariableDeclaration(each)),
        );
        if (symbol && isGlobal) report(node, symbol.name, supportOf(undefined, symbol.name));
      },
      'ChainExpression CallExpression > SpreadElement:not(:last-child)'(/** @type {Node} */ node) {
        context.report({ node, messageId: 'spread' });
      },
    };
  },
};

const ofBrowsers = ['core', 'hlsjs', 'videojs', 'shaka', 'media-element', 'progressive', 'worker', 'fetch'];
const dashjs = 'packages/dashjs/src/**/*.ts';
const filesOfBrowsers = ofBrowsers.map((folder) => `packages/${folder}/src/**/*.ts`);

/** @type {import('eslint').Linter.Config[]} */
export const browserFloors = [
  {
    files: ['packages/*/src/**/*.ts'],
    plugins: { browsers: { rules: { floor: browserFloor } } },
  },
  {
    files: [...filesOfBrowsers, dashjs],
    // one program for all: one for each package would read core nine times
    languageOptions: { parserOptions: { project: ['tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: filesOfBrowsers,
    rules: { 'browsers/floor': ['error', OLDEST] },
  },
  { files: [dashjs], rules: { 'browsers/floor': ['error', OLDEST_OF_DASHJS] } },
];
