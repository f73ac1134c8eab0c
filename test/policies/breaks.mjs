import ts from 'typescript';

/**
 * One place of a file that is broken: `text` stands in place of what is from `start` to `end`.
 * @typedef {{ line: number, start: number, end: number, text: string, what: string }} Break
 */

/** @type {(node: ts.Node) => boolean} */
const isArithmetic = (node) =>
  ts.isNumericLiteral(node) ||
  (ts.isPrefixUnaryExpression(node) && isArithmetic(node.operand)) ||
  (ts.isBinaryExpression(node) && isArithmetic(node.left) && isArithmetic(node.right));

/** @type {(node: ts.Node) => boolean} */
const isFunction = (node) => ts.isFunctionLike(node) && 'body' in node;

/** Finds the condition that decides what `node` does next. @type {(node: ts.Node) => ts.Expression | undefined} */
function conditionOf(node) {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return node.expression;
  if (ts.isConditionalExpression(node)) return node.condition;
  const isComparison =
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.LessThanToken &&
    node.operatorToken.kind <= ts.SyntaxKind.ExclamationEqualsEqualsToken;
  return isComparison ? node : undefined;
}

/**
 * Lists what can be broken in a source file: each number that stands outside functions is doubled (0 becomes 1), and
 * the first condition of each function is turned into its opposite.
 * @type {(path: string, source: string) => readonly Break[]}
 */
export function breaksOf(path, source) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  /** @type {Break[]} */
  const breaks = [];
  /** @type {(node: ts.Node, text: string) => void} */
  const add = (node, text) => {
    const start = node.getStart(file);
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    const before = node.getText(file).replaceAll(/\s+/g, ' ').slice(0, 80);
    breaks.push({ line, start, end: node.end, text, what: before });
  };
  /** @type {(node: ts.Node) => boolean} whether a condition was found, and broken */
  const breakFirstCondition = (node) => {
    if (isFunction(node)) return false;
    const condition = conditionOf(node);
    if (!condition) return Boolean(ts.forEachChild(node, (child) => breakFirstCondition(child) || undefined));
    add(condition, `!(${condition.getText(file)})`);
    return true;
  };
  /** @type {(node: ts.Node, isInside: boolean) => void} */
  const visit = (node, isInside) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return;
    // what a field begins with is a state, not a policy
    if (ts.isPropertyDeclaration(node) && node.initializer && isArithmetic(node.initializer)) return;
    if (!isInside && isArithmetic(node)) return add(node, `(${node.getText(file)} * 2 || 1)`);
    if (isFunction(node)) ts.forEachChild(node, (child) => breakFirstCondition(child) || undefined);
    ts.forEachChild(node, (child) => visit(child, isInside || isFunction(node)));
  };
  visit(file, false);
  return breaks;
}
