// edge-node.mjs ORIGIN SECRET: our edge in a process of its own, as the README of secure-token-server serves it
import { createServer } from 'node:http';
import { createEdgeHandler, azion, toNodeHandler } from 'secure-token-server';

const [origin = '', secret = ''] = process.argv.slice(2);
const server = createServer(toNodeHandler(createEdgeHandler({ format: azion({ secret }), origin })));
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('disconnect', () => process.exit());
