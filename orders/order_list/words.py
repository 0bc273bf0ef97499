"""The words of order exports: headings, states of an order, lines that are no order. Data only.

Headings are in their short form (`compound.spreadsheet.label`: half width, lower case, no spaces, no brackets).
Collected from exports of 快团团, 群接龙, 腾讯文档 and of people who copy such a table by hand.
"""

from __future__ import annotations

import re
from typing import Literal

Field = Literal[
    "reference", "buyer", "remark", "goods", "spec", "quantity", "refunded", "status", "receiver", "phone",
    "address", "area", "building", "unit", "floor", "room", "pickup", "refunded_money", "ignore",
]  # fmt: skip

_HEADINGS: dict[tuple[Field, float], str] = {
    ("reference", 1.0): """
        订单号 订单编号 订单编码 订单id 跟团号 跟团编号 接龙号 接龙编号 单号 交易单号 交易号 商户订单号 支付单号
        子订单号 主订单号 参团号 团号 报名号 报名编号 orderno orderid ordernumber order orderref
    """,
    ("buyer", 1.0): """
        下单人 下单人昵称 团员 团员昵称 昵称 微信昵称 微信名 微信名称 买家 买家昵称 买家名称 购买人 用户昵称 用户
        用户名 接龙人 接龙人昵称 参团人 参团人昵称 跟团人 跟团人昵称 群昵称 群名片 会员 会员昵称 客户 客户名称 顾客
        报名人 报名人昵称 提交人 提交者 填写人 填表人 参与者 参与人 订购人 订货人 团员名称 接龙昵称 接龙名称 buyer
        nickname customer customername orderedby wechatname user
    """,
    ("remark", 1.0): """
        团员备注 备注 买家备注 买家留言 留言 用户备注 客户备注 备注信息 订单备注 顾客备注 附言 特殊要求 其他要求
        要求 备注留言 下单备注 配送备注 团员留言 接龙备注 说明 补充说明 remark remarks note notes comment comments
        message
    """,
    ("remark", 0.6): "团长备注 商家备注 卖家备注 其他 其它",
    ("goods", 1.0): """
        商品 商品名称 商品名 品名 货品 货品名称 产品 产品名称 商品信息 商品标题 商品详情 商品明细 购买商品 下单商品
        订购商品 团购商品 物品 物品名称 接龙商品 接龙内容 接龙项目 跟团商品 菜品 品种 货物 所购商品 要什么 买什么
        想要什么 需要什么 商品清单 订单商品 订购内容 购买内容 购买项目 项目名称 商品及数量 商品数量明细 订单内容
        item items product productname goods goodsname itemname
    """,
    ("goods", 0.7): "名称 项目 内容 种类 类别 商品分类",
    ("spec", 1.0): """
        规格 商品规格 规格名称 规格型号 款式 型号 套餐 sku sku名称 规格属性 商品属性 口味 选项 规格选项 分类规格
        单品规格 购买规格 属性 spec specification variant option size
    """,
    ("quantity", 1.0): """
        数量 购买数量 商品数量 份数 件数 订购数量 下单数量 购买份数 订单数量 订购份数 购买件数 总数量 总份数 总件数
        商品件数 销售数量 跟团数量 接龙数量 接龙份数 参团数量 订货数量 多少 要多少 几份 几件 需求数量 实际数量 数目
        个数 商品总数 商品总件数 quantity qty count number amountofitems pcs
    """,
    ("refunded", 1.0): """
        退款数量 已退数量 退货数量 取消数量 退款件数 退款份数 已退款数量 已退件数 退数量 退款商品数量 refundedqty
        refundqty cancelledqty
    """,
    ("refunded_money", 1.0): """
        退款金额 已退金额 退款总额 退款额 已退款金额 实退金额 退款金额元 退回金额 refundedamount refundamount
    """,
    ("status", 1.0): """
        订单状态 状态 支付状态 付款状态 退款状态 售后状态 发货状态 交易状态 订单情况 物流状态 核销状态 跟团状态
        接龙状态 售后 退款情况 退款 是否退款 是否取消 取消状态 报名状态 付款情况 支付情况 取消 已取消 作废 已作废
        是否作废 已退款 退单 已退单 撤单 已撤单 status orderstatus state paymentstatus refundstatus cancelled canceled
        refunded void
    """,
    ("receiver", 1.0): """
        收货人 收货人姓名 收件人 收件人姓名 联系人 联系人姓名 取货人 提货人 提货人姓名 自提人 姓名 真实姓名
        收货姓名 业主 业主姓名 户主 receiver recipient consignee contact contactname name realname
    """,
    ("phone", 1.0): """
        联系电话 电话 手机 手机号 手机号码 联系方式 收货电话 收货人电话 收件人电话 收货手机 联系手机 电话号码
        提货人电话 下单人手机 下单人电话 买家手机 收货人手机 收货人手机号 收货人联系方式 微信号 phone mobile tel
        telephone contactphone phonenumber
    """,
    ("address", 1.0): """
        详细地址 收货地址 地址 收件地址 住址 送货地址 配送地址 收货人地址 收货详细地址 完整地址 家庭住址 家庭地址
        小区地址 门牌地址 详细住址 楼栋房号 楼号房号 楼栋号房号 楼栋门牌 楼栋门牌号 楼号门牌号 楼号室号 几号几室
        几号楼几室 门牌号 门牌 楼栋单元房号 楼号单元房号 楼栋号单元号房号 楼栋单元室 楼栋单元门牌号 单元房号
        栋号房号 栋房号 房屋 住户地址 居住地址 送达地址 送货上门地址 具体地址 收货门牌 楼号单元号房间号
        楼号单元号室号 楼号房间号 楼栋房间号 楼栋号房间号 请填写楼号房号 请填写门牌号 您的房号 你的房号
        您的楼号房号 家庭门牌 家庭门牌号 address deliveryaddress shippingaddress fulladdress home
    """,
    ("area", 1.0): "片区 分区 区域 期数 苑区 组团 几期",
    ("building", 1.0): """
        楼号 楼栋 楼栋号 栋号 幢号 幢 栋 号楼 楼 座号 楼座 楼宇 楼幢 几号楼 几栋 几幢 所在楼栋 所属楼栋 楼组
        楼栋信息 楼牌号 楼牌 楼房号 大楼 您的楼号 你的楼号 请填写楼号 您所在的楼号 您的楼栋 building buildingno
        block blockno tower bldg bldgno
    """,
    ("building", 0.7): "号 弄号",
    ("unit", 1.0): """
        单元 单元号 几单元 单元门 门洞 门洞号 楼道 梯号 门号 您的单元 unit entrance staircase
    """,
    ("floor", 1.0): "楼层 层 层数 几楼 floor",
    ("room", 1.0): """
        房号 房间号 室号 室 房间 房屋号 户号 几室 房间号码 房室号 号室 您的房号室号 您的室号 请填写房号 请填写室号
        房间号室号 户室 户室号 门室 门牌室号 room roomno roomnumber flat flatno apartment apt
    """,
    ("pickup", 1.0): """
        自提点 自提点名称 提货点 提货点名称 取货点 自提地址 自提点地址 提货地址 取货地点 自提地点 配送点
        pickuppoint pickup
    """,
    ("ignore", 1.0): """
        序号 编号 序 no 行号 # 订单金额 金额 实付 实付金额 实收金额 支付金额 付款金额 应付金额 订单总额 总额 总价
        合计 合计金额 小计 商品总价 商品金额 单价 商品单价 价格 售价 优惠 优惠金额 折扣 运费 配送费 应付 应收
        实收 已付 已收 下单时间 支付时间 付款时间 订单时间 创建时间 接龙时间 跟团时间 提交时间 时间 日期 下单日期
        完成时间 发货时间 核销时间 省 市 区 街道 省份 城市 区县 省市区 小区 小区名称 社区 邮编 物流单号 快递单号
        物流公司 快递公司 物流 配送方式 物流方式 提货方式 收货方式 支付方式 付款方式 团长 团长昵称 团名称 团购标题
        跟团标题 接龙标题 活动名称 标题 团购名称 供应商 商家 店铺 帮卖团长 帮卖 佣金 成本价 成本 商品编码 货号
        商品编号 条码 商品id sku编码 规格编码 单位 头像 性别 身份证 积分 标签 用户id 会员等级 会员号 openid 渠道
        来源 是否新客 打印状态 件重 重量 price amount total totalprice time date ordertime createdat paidat
        subtotal sn seq index unitprice id
    """,
}

# Questions of a form are numbered.
NUMBERING = re.compile(r"^[0-9]{1,2}\s?[.、)]\s?(?=[^0-9\s])")

# Alone they head a quantity; below the name of a good they are its unit.
UNIT_HEADINGS = frozenset("份件箱袋盒板桶提包瓶斤套组只个")
_HEADINGS["quantity", 0.9] = " ".join(sorted(UNIT_HEADINGS))

HEADINGS: dict[str, tuple[Field, float]] = {
    word: (field, sure) for (field, sure), text in _HEADINGS.items() for word in text.split()
}

# Looked for in headings that are a sentence (“请填写您的楼栋号（必填）”); the first that fits.
HEADING_PATTERNS: list[tuple[re.Pattern[str], Field, float]] = [
    (re.compile(r"(?:退款|已退|退回|实退).{0,3}(?:金额|元|钱)"), "refunded_money", 0.9),
    (re.compile(r"多少钱|[应实已][付收](?!状态|情况)|运费|押金|余额"), "ignore", 0.9),
    (
        # Behind a number it is the price of the good that the column counts: 鸡蛋35元.
        re.compile(r"金额|单价|价格|总价|费用|(?<![0-9])元$|[时日]间$|日期|物流|快递|优惠|佣金|成本|编码|身份证|头像"),
        "ignore",
        0.9,
    ),
    (re.compile(r"退.{0,3}(?:数量|件数|份数)|取消.{0,2}数"), "refunded", 0.9),
    (re.compile(r"订单.?(?:号|编号|id)|跟团号|接龙号"), "reference", 0.9),
    (re.compile(r"自提|提货|取货"), "pickup", 0.8),
    (re.compile(r"电话|手机|联系方式|phone|mobile"), "phone", 0.9),
    (re.compile(r"状态|是否(?:退款|取消)"), "status", 0.9),
    (re.compile(r"(?:楼|栋|幢|座).{0,8}(?:房|室|门牌)|门牌|地址|住址|address|哪[栋幢号].{0,4}[室户]"), "address", 0.9),
    (re.compile(r"单元.{0,8}(?:室|房|户)"), "room", 0.9),
    (re.compile(r"单元"), "unit", 0.8),
    (re.compile(r"楼层|几层"), "floor", 0.8),
    (re.compile(r"室号|房号|房间|几室|哪[室户]|room"), "room", 0.9),
    (re.compile(r"楼[栋号座幢]|[栋幢]号|几[栋幢号]楼?|哪[栋幢]|building"), "building", 0.9),
    (re.compile(r"留言|备注|附言|要求|remark"), "remark", 0.8),
    (re.compile(r"^.{0,4}(?:取消|作废|退款|退单|撤单).{0,3}$"), "status", 0.8),
    (re.compile(r"昵称|下单人|微信名|团员|接龙人|群名片"), "buyer", 0.9),
    (re.compile(r"收货人|收件人|联系人|姓名"), "receiver", 0.9),
    (re.compile(r"(?:品名|商品|货品|产品|品种|名称)(?:及|和|与|、)?(?:其)?规格"), "goods", 0.8),
    (re.compile(r"规格|款式"), "spec", 0.8),
    (re.compile(r"(?:购买|订购|商品|下单).{0,2}(?:数量|份数|件数)|^数量|几份|多少份"), "quantity", 0.9),
    (re.compile(r"商品|品名|货品|product"), "goods", 0.8),
    # As people ask in a form of their own.
    (re.compile(r"住(?:在)?(?:哪|几)|哪[一]?(?:栋|幢|户|家)|送(?:到|去|至)(?:哪|什么)|where"), "address", 0.8),
    (
        re.compile(
            r"(?:买|要|订|点|选|拼|团)(?:点|些|的是|的)?(?:什么|啥|哪些|哪样)|东西|(?:购买|订购|下单|团购|采购)(?:情况|明细|清单)"
        ),
        "goods",
        0.8,
    ),
    (re.compile(r"(?:买|要|订|点|来|拿)多少|[要买订来](?:了)?几|几[份个件箱袋盒斤]|howmany"), "quantity", 0.8),
    (re.compile(r"^请选(?:择|一)"), "goods", 0.7),
    (re.compile(r"(?:住户|业主|收货|团员|配送)(?:信息|资料)"), "address", 0.7),
    (re.compile(r"有效|作数"), "status", 0.8),
    (re.compile(r"贵姓|称呼|尊姓|叫什么"), "receiver", 0.8),
    (re.compile(r"想说|要说|嘱咐|叮嘱|交代"), "remark", 0.7),
]

# Goods as columns may stand below one of these, merged over all of them.
GOODS_GROUPS = frozenset(
    [
        "商品",
        "商品明细",
        "商品数量",
        "接龙商品",
        "团购商品",
        "商品信息",
        "商品名称",
        "购买数量",
        "数量",
        "份数",
        "品名",
        "goods",
        "items",
        "products",
    ]
)

# ── states of an order ────────────────────────────

# 取消退款, 退款失败: somebody wanted a refund and did not get it.
NOT_CANCELLED = re.compile(
    r"(?:取消|撤销|拒绝|关闭|驳回)(?:了)?(?:退款|售后|申请)|(?:退款|售后|申请)(?:已)?(?:失败|被?拒绝?|驳回|关闭|撤销|取消)|未退款|无退款|无售后|未取消|没有?取消|(?:不|别)要?取消"
)
ASKED = re.compile(
    r"退款中|申请退款|退款申请|待退款|退款处理|售后中|申请售后|申请取消|待审核|退货中|退款待|refundrequested"
)
PART = re.compile(r"部分(?:退款|取消|退货|退)|partial")
CANCELLED = re.compile(
    r"取消|已退款?|退款(?:成功|完成)|全额?退款?|全部退款?|退款$|退单|退货|关闭|作废|失效|无效|已删除|撤单|cancel|refunded|closed|void"
)
# Over, whatever the reason behind it says: 已取消(用户申请退款).
OVER = re.compile(r"(?:订单|交易|接龙)?已(?:取消|关闭|作废)(?=$|[(\[【,，:：;；-])")
# A column of such words is about the state, whatever stands above it.
STATE = re.compile(
    r"^(?:已|未|待|交易|订单|退款|部分退)(?:付|支付|发|收|完成|取消|退|关闭|自提|核销|成团|成功|配送|提货|确认|接单|处理|中)"
)
UNPAID = re.compile(r"待付款|待支付|未支付|未付款|未付|unpaid|pendingpayment|awaitingpayment")
# Headings of columns that say of each order whether it ended; under the second kind 是 does not say how.
ENDS = re.compile(r"取消|作废|退|撤|cancel|refund|void")
MAY_END = re.compile(r"售后")
# 是否有效: here it is the no that ends it.
HOLDS = re.compile(r"有效|作数|valid")
NO = frozenset({"否", "无效", "不", "×", "x", "n", "no", "f", "false", "0", "❌", "✗"})
# A state under such a heading may be that of one good among several of an order.
MAY_END_GOOD = re.compile(r"售后|退|refund", re.IGNORECASE)
# Under such a heading: it ended, and it stands.
YES = frozenset({"是", "有", "已", "对", "y", "yes", "t", "true", "1", "√", "✓", "✔", "☑", "✅"})
STANDS = re.compile(
    r"^(?:否|没|未|正常|有效|待|不(?:是)?$|已(?:付|支付|发|收|完成|核销|自提|提货|确认|接|成团)|(?:n|no|f|false|0+(?:\.0+)?)$)"
)
REMARK_CANCEL = re.compile(
    r"^(?:取消|不要了|退单|退款|已取消|作废)[了吧!！。. ]*$|取消(?:订单|这单|此单|本单)"
    r"|(?:这单|本单|此单|订单)(?:请)?(?:取消|不要了|退)"
    r"|(?:帮|请|麻烦).{0,4}(?:取消|退款|退了)"
)

# ── lines that are no order ───────────────────────

TOTAL = re.compile(
    r"^(?:本页|全部|订单|商品|总)?(?:小计|合计|总计|共计|累计|汇总|总数|总和|总数量|总份数|总金额|grandtotal|subtotal|total|sum)"
    r"(?:[:：]?.{0,30})$|^.{1,20}[^0-9](?:小计|合计|汇总|总计|共计)[:：]?$"
)
# A line of prices directly below goods as columns.
PRICES = re.compile(r"(?:商品)?(?:单价|价格|团购价|售价|价钱|规格|库存|单位)(?:\(?元\)?)?[:：]?")
NOTE = re.compile(
    r"^(?:注[:：意]|说明|备注[:：]|温馨提示|提示|以上|以下|制表|打印|导出|统计|截止|截至|截单|团长|联系|提货|自提|配送时间|数据来源|生成时间|※|\*|页|第.{1,4}页|请|务必|更新|来源|note|printed|exported)",
    re.IGNORECASE,
)
NOTHING = frozenset(
    {
        "",
        "/",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "无",
        "没有",
        "暂无",
        "空",
        "null",
        "none",
        "n/a",
        "na",
        "nan",
        ".",
        "。",
        "无备注",
        "无留言",
        "同上地址",
    }
)
SAME_AS_ABOVE = frozenset({"同上", "同前", "″", "〃", '"', "''", "“”", "同", "ditto", "↑"})
# Names of sheets that say nothing about goods.
PLAIN_TITLE = re.compile(
    r"^(?:sheet|工作表|表)\s?[0-9]*$|订单|明细|列表|导出|汇总|统计|数据|接龙|团购|名单|清单|报表|export|order",
    re.IGNORECASE,
)
