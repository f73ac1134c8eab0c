interface NginxConfigOptions {
  port: number;
  secret: string;
  /** Verifies instead of `secret` as soon as the file `rotated` is there: both for every request anew. */
  nextSecret?: string;
  rotated: string;
  upstream: string;
  corsOnRefusals: boolean;
  /** Number of the configuration in force, told under `/generation`. */
  generation: number;
  /** Whether nginx keeps its environment, from which libfaketime reads its orders. */
  keepEnvironment: boolean;
}

/** The part of a location that verifies: `secure_link` is `""` for a wrong token and `"0"` for an expired one. */
const verify = (token: string, expires: string, signed: string): string => `
      secure_link ${token},${expires};
      secure_link_md5 "$secret${signed}$secure_link_expires";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return 410; }
      proxy_pass $upstream;`;

/** One location a carrier, in front of `upstream`, which verifies the same request again. */
export function nginxConfig({
  port,
  secret,
  nextSecret = secret,
  rotated,
  upstream,
  corsOnRefusals,
  generation,
  keepEnvironment,
}: NginxConfigOptions): string {
  const always = corsOnRefusals ? 'always' : '';
  const preflight = 'if ($request_method = OPTIONS) { return 204; }';
  const folder = (carrier: string, token: string, expires: string): string => `
    location ~ ^/${carrier}/(?<folder>[^/]+)/ {
      ${preflight}${verify(token, expires, `/${carrier}/$folder/`)}
    }`;
  return `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
${keepEnvironment ? 'env LD_PRELOAD; env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;' : ''}
events { worker_connections 512; }
http {
  log_format counted '$status $request_method $request_uri';
  access_log access.log counted;
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  keepalive_requests 10000;
  # the origin of the page by name, with credentials, where the token is a cookie
  map $uri $allowed_origin { default "*"; ~^/cookie/ $http_origin; }
  map $uri $allowed_credentials { default ""; ~^/cookie/ "true"; }
  server {
    listen 127.0.0.1:${port};
    set $upstream ${upstream};
    set $secret "${secret}";
    if (-f ${rotated}) { set $secret "${nextSecret}"; }
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_buffering off;
    # a jump of the clock ages what is under way
    proxy_connect_timeout 1d; proxy_send_timeout 1d; proxy_read_timeout 1d;
    client_header_timeout 1d; client_body_timeout 1d; send_timeout 1d; keepalive_timeout 1d;
    proxy_hide_header Access-Control-Allow-Origin;
    proxy_hide_header Access-Control-Allow-Credentials;
    proxy_hide_header Access-Control-Expose-Headers;
    add_header Access-Control-Allow-Origin $allowed_origin ${always};
    add_header Access-Control-Allow-Credentials $allowed_credentials ${always};
    add_header Access-Control-Allow-Headers "Range, X-Token, X-Expires" ${always};
    add_header Access-Control-Expose-Headers "Date, Content-Range, Content-Length, ETag" ${always};
    location / { ${preflight} return 403; }
    location = /generation { return 200 "${generation}"; }
    location ~ ^/(open|whole)/ { ${preflight} proxy_pass $upstream; }
    location /exact/ {
      ${preflight}${verify('$arg_st', '$arg_e', '$uri')}
    }
    ${folder('query', '$arg_st', '$arg_e')}
    ${folder('header', '$http_x_token', '$http_x_expires')}
    ${folder('cookie', '$cookie_token', '$cookie_expires')}
    location ~ ^/path/(?<token>[\\w-]+)/(?<expires>\\d+)/(?<folder>[^/]+)/ {
      ${preflight}${verify('$token', '$expires', '/path/$folder/')}
    }
  }
}
`;
}
