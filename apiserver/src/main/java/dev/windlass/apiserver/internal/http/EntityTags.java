package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.rest.Reply;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** Saves clients the aggregated discovery and the OpenAPI documents that they have already. Stateless. */
final class EntityTags {
    private EntityTags() {
    }

    /** Tags an answer that has a tag; whether it is what the client has. */
    static boolean isUnchanged(Request request, Response response, Reply.Whole reply) {
        boolean aggregated = reply.contentType().equals(Documents.AGGREGATED);
        if (reply.code() != 200 || !(aggregated || isOpenApi(request))) {
            return false;
        }
        String tag = '"' + digest(reply) + '"';
        response.getHeaders().put(HttpHeader.ETAG, tag);
        response.getHeaders().put(HttpHeader.VARY, "Accept");
        if (aggregated) {
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "public");
        }
        return tag.equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH));
    }

    private static boolean isOpenApi(Request request) {
        String path = Request.getPathInContext(request);
        return path.startsWith("/openapi/v2") || path.startsWith("/openapi/v3/");
    }

    private static String digest(Reply.Whole reply) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(reply.body().duplicate());
            return HexFormat.of().withUpperCase().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-512", e);
        }
    }
}
