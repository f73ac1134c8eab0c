const { CDN_SECRET, CDN_SECRET_PREVIOUS } = process.env;
if (!CDN_SECRET) throw new Error('CDN_SECRET is missing. Set it to the secret that your signing endpoint signs with.');

export default {
  build: { entry: './firewall.js', preset: 'javascript', bundler: 'esbuild', polyfills: false },

  functions: [{ name: 'secure-token', path: './functions/firewall.js', executionEnvironment: 'firewall' }],

  firewall: [
    {
      name: 'secure-token',
      functions: true,
      networkProtection: false,
      waf: false,
      functionsInstances: [
        {
          name: 'secure-token',
          ref: 'secure-token',
          args: {
            // During a rotation both verify. The signing endpoint signs with the new one.
            secure_token_secrets: CDN_SECRET_PREVIOUS ? [CDN_SECRET, CDN_SECRET_PREVIOUS] : [CDN_SECRET],
            // One token opens /vod/7/ or /live/7/. Tokens of one path, such as an MP4, are accepted beside it.
            folder_depth: 2,
          },
        },
      ],
      rules: [
        {
          name: 'every request needs a token',
          // Holds always: a request that the rule does not match is served without a token.
          criteria: [{ variable: 'request_uri', conditional: 'if', operator: 'matches', argument: '.*' }],
          behaviors: [{ runFunction: 'secure-token' }],
        },
      ],
    },
  ],

  connectors: [
    {
      name: 'video-origin',
      type: 'http',
      attributes: {
        addresses: [{ address: 'origin.example.com', httpPort: 80, httpsPort: 443 }],
        connectionOptions: { transportPolicy: 'force_https', host: 'origin.example.com' },
        modules: { loadBalancer: { enabled: false, config: null }, originShield: { enabled: false, config: null } },
      },
    },
  ],

  applications: [
    {
      name: 'video',
      edgeCacheEnabled: true,
      // varies the cache by single parameters
      applicationAcceleratorEnabled: true,
      cache: [
        {
          // Without `edge` and `browser`, the origin decides: one second for a live playlist, a year for a segment.
          name: 'without-token',
          stale: false,
          cacheByQueryString: { option: 'denylist', list: ['st', 'e'] },
        },
      ],
      rules: {
        request: [
          {
            name: 'HLS and MP4, live and on demand',
            criteria: [[{ variable: '${uri}', conditional: 'if', operator: 'starts_with', argument: '/' }]],
            behaviors: [
              { type: 'set_connector', attributes: { value: 'video-origin' } },
              { type: 'set_cache_policy', attributes: { value: 'without-token' } },
            ],
          },
        ],
      },
    },
  ],

  workloads: [
    {
      name: 'video',
      infrastructure: 1,
      domains: ['cdn.example.com'],
      // Nobody reaches the files by Azion's own name of this workload.
      workloadDomainAllowAccess: false,
      deployments: [
        {
          name: 'production',
          current: true,
          strategy: { type: 'default', attributes: { application: 'video', firewall: 'secure-token' } },
        },
      ],
    },
  ],
};
