/* SPDX-License-Identifier: Apache-2.0 */
/* H.264 by Cisco's openh264: one thread, no B frames, one packet a push. */
#include <stdlib.h>
#include <string.h>
#include <wels/codec_api.h>

#include "media/film_encode.h"
#include "server/base/err.h"

/* Finer than that nobody sees, and a smooth picture on a plain ground would fill the rate with it all the
 * same: a fifth fewer bytes for 0.0003 of SSIM. */
enum { QP_LEAST = 26 };
enum { HEADER_MOST = 512 };

struct encoder {
    struct vt_film_encoder base;
    ISVCEncoder *wels; /* owned */
    uint32_t fps;
    uint8_t header[HEADER_MOST];
    size_t header_len;
    uint8_t *packet; /* owned */
    size_t packet_size, packet_len;
    int64_t pts;
    bool has_packet, is_key;
};

static void close_encoder(struct vt_film_encoder *base)
{
    struct encoder *encoder = (struct encoder *)base;
    if (encoder->wels) {
        (*encoder->wels)->Uninitialize(encoder->wels);
        WelsDestroySVCEncoder(encoder->wels);
    }
    free(encoder->packet);
    free(encoder);
}

static void set_layer(SSpatialLayerConfig *layer, const struct vt_film_encode_config *config)
{
    layer->iVideoWidth = (int)config->width;
    layer->iVideoHeight = (int)config->height;
    layer->fFrameRate = (float)config->fps;
    layer->iSpatialBitrate = (int)config->bits_per_s;
    layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
    layer->uiProfileIdc = PRO_HIGH;
    layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
    layer->bVideoSignalTypePresent = true;
    layer->uiVideoFormat = VF_UNDEF;
    layer->bColorDescriptionPresent = true;
    layer->uiColorPrimaries = CP_BT709;
    layer->uiTransferCharacteristics = TRC_BT709;
    layer->uiColorMatrix = CM_BT709;
}

static int initialize(struct encoder *encoder, const struct vt_film_encode_config *config)
{
    SEncParamExt param;
    int quiet = WELS_LOG_QUIET;
    if ((*encoder->wels)->GetDefaultParams(encoder->wels, &param))
        return VT_ERR_IO;
    param.iUsageType = CAMERA_VIDEO_REAL_TIME;
    param.iPicWidth = (int)config->width;
    param.iPicHeight = (int)config->height;
    param.fMaxFrameRate = (float)config->fps;
    param.iTargetBitrate = (int)config->bits_per_s;
    param.iMaxBitrate = UNSPECIFIED_BIT_RATE;
    param.iRCMode = RC_BITRATE_MODE;
    param.iComplexityMode = MEDIUM_COMPLEXITY;
    param.uiIntraPeriod = config->gop;
    param.eSpsPpsIdStrategy = CONSTANT_ID; /* one header for the whole film */
    param.iEntropyCodingModeFlag = 1;
    param.iMultipleThreadIdc = 1;
    param.iMinQp = QP_LEAST;
    param.bEnableFrameSkip = false; /* a film has all its frames; the rate is a wish */
    param.bEnableSceneChangeDetect = true;
    param.iSpatialLayerNum = 1;
    set_layer(&param.sSpatialLayers[0], config);
    (*encoder->wels)->SetOption(encoder->wels, ENCODER_OPTION_TRACE_LEVEL, &quiet);
    return (*encoder->wels)->InitializeExt(encoder->wels, &param) ? VT_ERR_INVALID : VT_OK;
}

static size_t layer_bytes(const SLayerBSInfo *layer)
{
    size_t len = 0;
    for (int i = 0; i < layer->iNalCount; i++)
        len += (size_t)layer->pNalLengthInByte[i];
    return len;
}

static int read_header(struct encoder *encoder)
{
    SFrameBSInfo info;
    memset(&info, 0, sizeof(info));
    if ((*encoder->wels)->EncodeParameterSets(encoder->wels, &info))
        return VT_ERR_IO;
    for (int i = 0; i < info.iLayerNum; i++) {
        const size_t len = layer_bytes(&info.sLayerInfo[i]);
        if (encoder->header_len + len > HEADER_MOST)
            return VT_ERR_FULL;
        memcpy(encoder->header + encoder->header_len, info.sLayerInfo[i].pBsBuf, len);
        encoder->header_len += len;
    }
    return VT_OK;
}

static int open_encoder(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder)
{
    struct encoder *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return VT_ERR_NOMEM;
    encoder->base.calls = &vt_film_openh264;
    encoder->fps = config->fps;
    int err = WelsCreateSVCEncoder(&encoder->wels) ? VT_ERR_NOMEM : initialize(encoder, config);
    if (!err)
        err = read_header(encoder);
    if (err) {
        close_encoder(&encoder->base);
        return err;
    }
    *ret_encoder = &encoder->base;
    return VT_OK;
}

static void header_of(const struct vt_film_encoder *base, const uint8_t **ret_bytes, size_t *ret_len)
{
    const struct encoder *encoder = (const struct encoder *)base;
    *ret_bytes = encoder->header;
    *ret_len = encoder->header_len;
}

static int keep(struct encoder *encoder, const SFrameBSInfo *info)
{
    size_t len = 0;
    for (int i = 0; i < info->iLayerNum; i++)
        len += layer_bytes(&info->sLayerInfo[i]);
    if (len > encoder->packet_size) {
        uint8_t *packet = realloc(encoder->packet, len);
        if (!packet)
            return VT_ERR_NOMEM;
        encoder->packet = packet;
        encoder->packet_size = len;
    }
    encoder->packet_len = 0;
    for (int i = 0; i < info->iLayerNum; i++) {
        const size_t part = layer_bytes(&info->sLayerInfo[i]);
        memcpy(encoder->packet + encoder->packet_len, info->sLayerInfo[i].pBsBuf, part);
        encoder->packet_len += part;
    }
    encoder->is_key = info->eFrameType == videoFrameTypeIDR;
    encoder->has_packet = len > 0;
    return VT_OK;
}

static int push(struct vt_film_encoder *base, const struct vt_film_planes *frame, int64_t pts)
{
    struct encoder *encoder = (struct encoder *)base;
    SFrameBSInfo info;
    SSourcePicture picture = { .iColorFormat = videoFormatI420 };
    if (!frame)
        return VT_OK; /* nothing is kept back */
    picture.iPicWidth = (int)frame->width;
    picture.iPicHeight = (int)frame->height;
    picture.uiTimeStamp = pts * 1000 / encoder->fps;
    for (int i = 0; i < VT_FILM_PLANES; i++) {
        picture.pData[i] = frame->plane[i];
        picture.iStride[i] = (int)frame->stride[i];
    }
    memset(&info, 0, sizeof(info));
    if ((*encoder->wels)->EncodeFrame(encoder->wels, &picture, &info))
        return VT_ERR_IO;
    encoder->pts = pts;
    return keep(encoder, &info);
}

static int pull(struct vt_film_encoder *base, struct vt_film_packet *ret_packet)
{
    struct encoder *encoder = (struct encoder *)base;
    if (!encoder->has_packet)
        return VT_ERR_MISSING;
    encoder->has_packet = false;
    *ret_packet = (struct vt_film_packet){ encoder->packet, encoder->packet_len, encoder->pts,
                                           encoder->is_key };
    return VT_OK;
}

const struct vt_film_maker_calls vt_film_openh264 = {
    .codec = VT_FILM_H264,
    .open = open_encoder,
    .close = close_encoder,
    .header = header_of,
    .push = push,
    .pull = pull,
};
