package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.discovery.OpenApi;
import dev.windlass.apiserver.internal.rest.Reply;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Fields;

/** Saves clients the aggregated discovery and the OpenAPI documents that they have already. Stateless. */
final class EntityTags {
    private static final String OPENAPI_V2 = "/openapi/v2";
    private static final String OPENAPI_V3 = "/openapi/v3/";

    /** What the client is to be given. */
    enum Outcome {
        /** The answer. */
        WHOLE,
        /** It has the answer already. */
        UNCHANGED,
        /** It has asked for what the document was, and is told where to find what it is. */
        MOVED
    }

    private EntityTags() {
    }

    /** Tags an answer that has a tag, and says how long it may be kept. */
    static Outcome tag(Request request, Response response, Reply.Whole reply) {
        String path = ApiHandler.path(request);
        boolean aggregated = reply.contentType().equals(Documents.AGGREGATED);
        if (reply.code() != 200
                || !(aggregated || path.startsWith(OPENAPI_V2) || path.startsWith(OPENAPI_V3))) {
            return Outcome.WHOLE;
        }
        String hash = OpenApi.hash(reply.body());
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.ETAG, '"' + hash + '"');
        headers.put(HttpHeader.VARY, "Accept");
        if (aggregated) {
            headers.put(HttpHeader.CACHE_CONTROL, "public");
        }
        String wanted = path.startsWith(OPENAPI_V3) ? wantedHash(request) : "";
        if (!wanted.isEmpty()) {
            if (!wanted.equals(hash)) {
                headers.put(HttpHeader.LOCATION, path + "?hash=" + hash);
                return Outcome.MOVED;
            }
            headers.put(HttpHeader.CACHE_CONTROL, "public, immutable");
            headers.put(HttpHeader.EXPIRES, inAYear());
        }
        return headers.get(HttpHeader.ETAG).equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))
                ? Outcome.UNCHANGED
                : Outcome.WHOLE;
    }

    private static String wantedHash(Request request) {
        Fields.Field hash = Request.extractQueryParameters(request).get("hash");
        return hash == null ? "" : hash.getValue();
    }

    /** In the words of the real server, which says UTC where HTTP says GMT. */
    private static String inAYear() {
        return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'UTC'", Locale.ROOT)
                .format(ZonedDateTime.ofInstant(Instant.now(), ZoneOffset.UTC).plusYears(1));
    }
}
