import './navigation.js';
import { app, edge } from '../addresses.js';

const addresses = { page: location.origin, app: `${app}/token`, edge };
for (const [name, address] of Object.entries(addresses)) {
  const node = document.querySelector(`[data-address="${name}"]`);
  if (node) node.textContent = address.replace('http://', '');
}
