CREATE TABLE monitor (id INTEGER PRIMARY KEY, name VARCHAR(150), active BOOLEAN DEFAULT 1 NOT NULL, interval INTEGER DEFAULT 20 NOT NULL,
 url TEXT, type VARCHAR(20), hostname VARCHAR(255), port INTEGER, maxretries INTEGER NOT NULL DEFAULT 0, retry_interval INTEGER DEFAULT 0 NOT NULL,
 accepted_statuscodes_json TEXT DEFAULT '["200-299"]' NOT NULL, dns_resolve_type VARCHAR(5), dns_resolve_server VARCHAR(255), method TEXT DEFAULT 'GET',
 conditions TEXT DEFAULT '[]' NOT NULL, ip_family TEXT, smtp_security TEXT, ws_subprotocol TEXT, json_path TEXT, json_path_operator TEXT,
 expected_value TEXT, cache_bust BOOLEAN DEFAULT 0 NOT NULL, snmp_oid TEXT, oauth_client_secret TEXT, auth_method VARCHAR(250),
 tls_cert TEXT, tls_key TEXT, tls_ca TEXT, domain_expiry_notification BOOLEAN DEFAULT 1, save_response BOOLEAN DEFAULT 0 NOT NULL,
 response_max_length INTEGER DEFAULT 1024, packet_size INTEGER DEFAULT 56 NOT NULL);
CREATE TABLE maintenance (id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO monitor (id, name, type, interval, url, ip_family, cache_bust) VALUES (1, 'Shop', 'http', 60, 'https://shop.example/', 'ipv6', 1);
INSERT INTO monitor (id, name, type, interval, hostname, dns_resolve_type, dns_resolve_server, port, conditions) VALUES
 (2, 'Names', 'dns', 60, 'shop.example', 'TXT', '1.1.1.1', 53,
 '[{"type":"expression","variable":"record","operator":"contains","value":"spf1","andOr":"and"},{"type":"expression","variable":"record","operator":"not_equals","value":"bad","andOr":"and"}]');
INSERT INTO monitor (id, name, type, interval, hostname, dns_resolve_type, port, conditions) VALUES
 (3, 'Either', 'dns', 60, 'shop.example', 'A', 53,
 '[{"type":"expression","variable":"record","operator":"equals","value":"192.0.2.1","andOr":"and"},{"type":"expression","variable":"record","operator":"equals","value":"192.0.2.2","andOr":"or"}]');
INSERT INTO monitor (id, name, type, interval, hostname, port, smtp_security) VALUES (4, 'Mail', 'smtp', 60, 'mail.example', 587, 'starttls');
INSERT INTO monitor (id, name, type, interval, url, ws_subprotocol) VALUES (5, 'Live', 'websocket-upgrade', 60, 'wss://shop.example/live', 'chat, other');
INSERT INTO monitor (id, name, type, interval, url, auth_method, oauth_client_secret) VALUES (6, 'Partner', 'http', 60, 'https://partner.example/', 'oauth2-cc', 'SECRET-OF-OAUTH');
INSERT INTO monitor (id, name, type, interval, hostname, snmp_oid) VALUES (7, 'Switch', 'snmp', 60, 'switch.example', '1.3.6');
INSERT INTO maintenance VALUES (1, 'Sunday');
