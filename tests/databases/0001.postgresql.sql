SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.outbox (
    id integer NOT NULL,
    reference character varying(16) NOT NULL,
    token character varying(64) NOT NULL,
    digest character varying(64) NOT NULL,
    email character varying(320) NOT NULL,
    receipt text NOT NULL,
    sender character varying(320) NOT NULL,
    recipient character varying(320) NOT NULL,
    message bytea NOT NULL,
    received_at double precision NOT NULL,
    next_attempt_at double precision NOT NULL,
    attempts integer NOT NULL,
    tried_since double precision,
    leased_until double precision,
    sent_at double precision,
    failed_at double precision,
    reply text NOT NULL
);
CREATE SEQUENCE public.outbox_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;
CREATE TABLE public.probe (
    filled bytea NOT NULL
);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
INSERT INTO public.outbox VALUES (5, 'R5', 'token5', '0000000000000000000000000000000000000000000000000000000000000005', 'jan@example.cz', '{"n": "Žluť"}', 'web@example.cz', 'obchod@example.cz', '\x5375626a6563743a20780d0a4d6573736167652d49443a203c52352e3230323730313135303830303030406578616d706c652e637a3e0d0a0d0a78', 1800000000, 1800000000, 0, NULL, NULL, NULL, NULL, '');
INSERT INTO public.outbox VALUES (1, 'R1', 'token1', '0000000000000000000000000000000000000000000000000000000000000001', 'jan@example.cz', '{"n": "Žluť"}', 'web@example.cz', 'obchod@example.cz', '\x5375626a6563743a20780d0a4d6573736167652d49443a203c52312e3230323730313135303830303030406578616d706c652e637a3e0d0a0d0a78', 1800000000, 1800000600, 1, 1800000000, NULL, 1800000001, NULL, '250 OK queued as 4F2');
INSERT INTO public.outbox VALUES (2, 'R2', 'token2', '0000000000000000000000000000000000000000000000000000000000000002', 'jan@example.cz', '{"n": "Žluť"}', 'web@example.cz', 'obchod@example.cz', '\x5375626a6563743a20780d0a4d6573736167652d49443a203c52322e3230323730313135303830303030406578616d706c652e637a3e0d0a0d0a78', 1800000000, 1800000600, 1, 1800000000, NULL, NULL, 1800000002, '550 no such user');
INSERT INTO public.outbox VALUES (3, 'R3', 'token3', '0000000000000000000000000000000000000000000000000000000000000003', 'jan@example.cz', '{"n": "Žluť"}', 'web@example.cz', 'obchod@example.cz', '\x5375626a6563743a20780d0a4d6573736167652d49443a203c52332e3230323730313135303830303030406578616d706c652e637a3e0d0a0d0a78', 1800000000, 1800000060, 1, 1800000000, NULL, NULL, NULL, '451 later');
INSERT INTO public.outbox VALUES (4, 'R4', 'token4', '0000000000000000000000000000000000000000000000000000000000000004', 'jan@example.cz', '{"n": "Žluť"}', 'web@example.cz', 'obchod@example.cz', '\x5375626a6563743a20780d0a4d6573736167652d49443a203c52342e3230323730313135303830303030406578616d706c652e637a3e0d0a0d0a78', 1800000000, 1800000600, 1, 1800000000, 1800000600, NULL, NULL, '');
SELECT pg_catalog.setval('public.outbox_id_seq', 5, true);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_reference_key UNIQUE (reference);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_token_key UNIQUE (token);
CREATE INDEX ix_outbox_digest ON public.outbox USING btree (digest);
CREATE INDEX ix_outbox_email ON public.outbox USING btree (email);
CREATE INDEX outbox_due ON public.outbox USING btree (next_attempt_at) WHERE ((sent_at IS NULL) AND (failed_at IS NULL));
