import { describeEndpoint } from '../support/endpoint-tests.ts';
import { languageEndpoints } from '../support/language-endpoints.ts';

// the others are compiled first, which takes seconds: docs-endpoints.all.test.ts
for (const endpoint of languageEndpoints.filter(({ build, name }) => !build && name !== 'Ruby'))
  describeEndpoint(endpoint);
