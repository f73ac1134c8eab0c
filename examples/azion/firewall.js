import 'secure-token-server/azion-firewall.js';
