CREATE TABLE monitor (id INTEGER PRIMARY KEY, name VARCHAR(150), active BOOLEAN DEFAULT 1 NOT NULL, user_id INTEGER,
 interval INTEGER DEFAULT 20 NOT NULL, url TEXT, type VARCHAR(20), weight INTEGER DEFAULT 2000, hostname VARCHAR(255), port INTEGER,
 created_date DATETIME DEFAULT CURRENT_TIMESTAMP, keyword VARCHAR(255), maxretries INTEGER NOT NULL DEFAULT 0,
 ignore_tls BOOLEAN DEFAULT 0 NOT NULL, upside_down BOOLEAN DEFAULT 0 NOT NULL, maxredirects INTEGER DEFAULT 10 NOT NULL,
 accepted_statuscodes_json TEXT DEFAULT '["200-299"]' NOT NULL, dns_resolve_type VARCHAR(5), dns_resolve_server VARCHAR(255),
 dns_last_result VARCHAR(255), retry_interval INTEGER DEFAULT 0 NOT NULL, push_token VARCHAR(20), method TEXT DEFAULT 'GET' NOT NULL,
 body TEXT, headers TEXT, basic_auth_user TEXT, basic_auth_pass TEXT, proxy_id INTEGER, expiry_notification BOOLEAN DEFAULT 1,
 database_connection_string TEXT, database_query TEXT, auth_method VARCHAR(250), resend_interval INTEGER DEFAULT 0 NOT NULL,
 packet_size INTEGER DEFAULT 56 NOT NULL, http_body_encoding VARCHAR(25), description TEXT, parent INTEGER,
 invert_keyword BOOLEAN DEFAULT 0 NOT NULL, json_path TEXT, expected_value VARCHAR(255), timeout DOUBLE DEFAULT 0 NOT NULL);
CREATE TABLE notification (id INTEGER PRIMARY KEY, name TEXT, config TEXT);
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, monitor_id INTEGER, status SMALLINT, time DATETIME);
INSERT INTO monitor (id, name, type, interval) VALUES (1, 'Core', 'group', 60);
INSERT INTO monitor (id, name, type, interval, url, maxretries, retry_interval, parent, headers, timeout, accepted_statuscodes_json)
 VALUES (2, 'Shop', 'http', 60, 'https://shop.example/', 2, 20, 1, '{"X-Key": "SECRET-OF-SHOP"}', 48, '["200-299","304"]');
INSERT INTO monitor (id, name, type, interval, hostname, port, active) VALUES (3, 'SSH', 'port', 60, '::1', 22, 0);
INSERT INTO notification VALUES (1, 'Mail', '{"smtpPassword": "SECRET-OF-MAIL"}');
INSERT INTO heartbeat (monitor_id, status) VALUES (2, 1), (2, 1);
