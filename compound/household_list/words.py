"""The words of household lists: headings, groups of people who need help, states of a flat. Data only.

Collected from the ways in which property offices, street offices and volunteers head such lists; each word is in its
short form (half width, lower case, no spaces, no brackets), see `compound.spreadsheet.labels`.
"""

from __future__ import annotations

import re
from typing import Literal

Field = Literal[
    "building", "unit", "room", "floor", "name", "phone", "people", "people_part", "tags", "tag", "status", "empty",
    "occupied", "returned", "remark", "relation", "identity", "ignore",
]  # fmt: skip

_HEADINGS: dict[tuple[Field, float], str] = {
    ("building", 1.0): """
        楼栋 楼栋号 楼号 栋号 幢号 楼幢 楼幢号 栋 幢 号楼 楼座 座号 楼宇 楼宇号 楼房 栋座 栋楼 幢楼 楼栋名称
        楼名 楼宇名称 楼栋编号 楼栋单元 楼号单元 楼幢单元 幢单元 栋单元 楼单元 楼栋单元号 楼号单元号 所在楼栋
        所属楼栋 楼栋信息 大楼 几号楼 几栋 building buildingno buildingnumber buildingname bldg bldgno block
        blockno tower 栋数 楼组
    """,
    ("building", 0.8): "楼 座 号 house houseno 区域楼栋 苑 组团楼栋",
    ("unit", 1.0): """
        单元 单元号 单元门 单元门号 所在单元 所属单元 几单元 门洞 门洞号 楼道 楼道号 梯号 单元名称 单元编号
        楼门 楼门号 门栋 entrance staircase stairwell stair unit
    """,
    ("unit", 0.8): "梯 单 unitno unitnumber 门",
    ("room", 1.0): """
        房号 房间号 房产名称 房屋名称 资源名称 房间号码 房间 室号 室 房屋号 户室号 户室 房室号 门牌号 门牌
        门牌号码 门号 房号室号 房屋编号 房屋号码 几室 户门号 住户房号 居住房号 房源 楼栋房号 楼房号 楼室号
        楼栋门牌 楼号房号 楼栋单元房号 楼号单元房号 楼栋单元室 房屋 室号房号 地址 住址 房屋地址 家庭住址
        家庭地址 详细地址 详细住址 居住地址 居住地 现住址 现住地址 现居住地址 现居住地 住户地址 小区地址
        楼号室号 具体地址 具体住址 住房地址 房屋坐落 坐落 居住详址 房间地址 单元房号 单元室号 楼栋室号
        楼栋号房号 楼栋号房间号 幢室 幢号室号 几号几室 楼门牌 楼栋号室号 楼号单元号房号 楼栋号单元号房号
        幢单元室 栋单元室 栋单元房 栋房号 门牌地址 房屋信息 户址 room roomno roomnumber flat flatno flatnumber
        apartment apartmentno apartmentnumber apt aptno door doorno doornumber address homeaddress
    """,
    ("room", 0.8): "房屋编号 房产编号 房源编号 户号 房 户 房产 房屋代码 家庭编号 位置 所住楼房 住处 suite suiteno home",
    ("floor", 1.0): "楼层 层 层数 所在楼层 层号 floor level storey",
    ("name", 1.0): """
        户主 户主姓名 客户名称 客户姓名 householdhead 户主及电话 户主和电话 业主及电话 姓名及电话 姓名电话
        户主姓名电话 姓名联系电话 姓名及联系电话 业主 业主姓名 姓名 住户 住户姓名 联系人 联系人姓名 承租人 房主
        居民姓名 户主名 名字 居民 家庭成员 成员姓名 家庭成员姓名 人员姓名 房主姓名 租户姓名 户主名字 户主业主
        业主户主 业主租户 住户名 住户名称 产权人 户代表 常住人员姓名 居住人 居住人姓名 住户户主 业主名称 入住人
        入住人姓名 户主联系人 name fullname owner ownername householder headofhousehold headofhouse head
        resident residentname contact contactname contactperson tenant tenantname familyname surname
    """,
    ("name", 0.8): "租户 租客 承租户 居住者",
    ("phone", 1.0): """
        电话 联系电话 手机 手机号 手机号码 联系方式 联系号码 电话号码 联系手机 移动电话 户主电话 业主电话
        本人电话 联系人电话 手机电话 户主手机 户主手机号 户主联系电话 业主联系电话 联系电话手机 住户电话
        固定电话 宅电 备用电话 紧急联系电话 phone phoneno phonenumber mobile mobileno mobilenumber mobilephone
        tel telephone telephoneno cell cellphone contactphone contactno contactnumber
    """,
    ("people", 1.0): """
        人数 常住人数 居住人数 人口 人口数 家庭人口 家庭人口数 家庭人数 实际居住人数 实住人数 在住人数 现住人数
        现居住人数 常住人口 常住人口数 头数 口数 人头数 人头 几口人 几人 家庭成员数 家庭成员人数 户内人数
        人员数 人员数量 居住人口 居住人口数 住户人数 总人数 现有人数 实有人数 实有人口 实有人口数 同住人数
        共同居住人数 目前居住人数 目前在住人数 实际人数 实际在住人数 实际居住人口 实际人口 在家人数 在户人数
        入住人数 每户人数 人口总数 家庭总人数 居民人数 共几人 住几人 几口 人员总数 家庭人员数 户人口 常住
        常住数 现住人口 在册人数 people peoplecount numberofpeople noofpeople persons person numberofpersons
        noofpersons personcount headcount heads residents noofresidents numberofresidents occupants
        noofoccupants numberofoccupants householdsize size members noofmembers familysize population count
        familymembers
    """,
    ("people", 0.6): """
        户籍人数 户籍人口 户口人数 户籍人口数 登记人数 在籍人数 人员 人 数量 家庭 家庭情况人数 house hold qty
        pax
    """,
    ("people_part", 1.0): """
        男 女 男性 女性 男性人数 女性人数 大人 大人数 成人 成人数 成年人 成年人数 小孩 小孩数 儿童 儿童数 孩子
        孩子数 小孩人数 儿童人数 成人人数 大人人数 未成年 未成年人 未成年人数 adult adults children kids child
    """,
    ("tags", 1.0): """
        特殊人群 特殊情况 重点人群 人群标签 标签 特殊群体 重点关注 关爱对象 关爱人群 特殊需求 特殊人员 特殊家庭
        重点对象 重点人员 帮扶对象 帮扶类别 关注人群 重点关注人群 特殊人群类型 特殊人群类别 特殊类别 困难情况
        困难类型 特殊人员类别 特殊困难 特殊困难人群 服务对象类别 户标签 家庭标签 住户标签 需关注人群 需关爱人群
        弱势群体 特殊关怀 特殊照顾 照顾对象 重点服务对象 特殊标记 关爱类别 特殊关爱人群 特殊关爱 人群分类
        需帮助情况 需求类别 特需人群 特殊户 困难 困难人群 人员类别 人群类别 人群 家庭类别 家庭类型 tags tag
        label labels specialneeds special vulnerable vulnerablegroups vulnerability specialgroup specialgroups
        needs carecategory group groups
    """,
    ("tags", 0.8): "特殊 特殊的 特殊人",
    ("tags", 0.6): """
        类别 情况 家庭情况 人员类型 分类 特征 需求 category categories type 健康状况 身体状况 健康情况 身体情况
    """,
    ("status", 1.0): """
        居住状态 客户类型 业主类型 居住情况 状态 住户状态 入住情况 入住状态 房屋状态 房屋使用情况 使用情况
        居住性质 住户类型 住户性质 居住类型 居住类别 户状态 房屋情况 房屋性质 入住类型 房屋用途 居住状况
        住房状态 住房情况 住房性质 使用状态 自住出租 租住情况 在住情况 居住形式 是否租户 房屋类型 租住 入户情况
        入住性质 户况 现状 居住现状 status occupancy occupancystatus state livingstatus residencestatus
        residence tenure
    """,
    ("empty", 1.0): """
        是否空置 空置 空户 是否空户 空房 是否空房 空关 是否闲置 空关房 是否空关 空置房 是否无人居住 无人居住
        是否为空户 是否为空置 vacant isvacant empty isempty vacancy
    """,
    ("occupied", 1.0): """
        是否入住 是否居住 有无人住 有无人居住 是否有人 是否有人居住 是否在住 入住 是否常住 在住 有人住 occupied
        isoccupied livedin
    """,
    ("returned", 1.0): """
        backfromelsewhere returnedfromelsewhere backfromoutside 返乡 是否返乡 返乡人员 有无返乡 返乡情况
        有无返乡人员 外地返回 是否外地返回 外地返回人员 返回人员 是否返回 有无外地返回 有无外地返回人员
        外地返乡 外来返回 返回情况 是否有返乡人员 外出返回 是否外出返回 有无外来人员 外地回来 是否外地回来 返城
        是否返城 返城人员 近期返回 returned returnee returnees isreturned cameback return
    """,
    ("remark", 1.0): """
        备注 说明 其他 其它 附注 注 备考 备注说明 其他情况 情况说明 其他说明 备注信息 remark remarks note notes
        comment comments memo
    """,
    ("relation", 1.0): """
        与户主关系 关系 家庭关系 与户主的关系 户主关系 与业主关系 成员关系 与房主关系 与户主或业主关系
        与承租人关系 与产权人关系 relation relationship relationtohead relationshiptohead role
    """,
    ("ignore", 1.0): """
        # № 租户电话 租客电话 承租人电话 紧急联系人 紧急联系人电话 序号 序 编号 序列 行号 顺序 顺序号 流水号 no
        num sn sno serial serialno index id 项目 性别 年龄 出生日期 出生年月 生日 民族 政治面貌 文化程度
        婚姻状况 学历 职业 工作单位 单位 单位名称 就业单位 党员 是否党员 户籍 户籍地址 户籍所在地 户籍地
        户口所在地 户籍住址 户口地址 籍贯 国籍 车牌 车牌号 车牌号码 车辆 车辆信息 车位 车位号 车位数 车辆数
        面积 建筑面积 套内面积 房屋面积 户型 房型 朝向 交房日期 入住日期 入住时间 登记日期 登记时间 填表日期
        日期 时间 物业费 水表 电表 燃气 小区 小区名称 所属小区 社区 居委会 居委 网格 网格号 网格员 所属网格
        网格名称 街道 镇 村 县 区县 路 路名 弄 弄号 弄牌 区 分区 区域 楼长 楼组长 楼栋长 单元长 包保人 责任人
        负责人 登记人 采集人 微信 微信号 微信昵称 群昵称 昵称 邮箱 自住 出租 自用 健康码 疫苗 疫苗接种 接种情况
        核酸 核酸检测 核酸结果 体温 行程码 户数 房屋总数 签字 签名 签收 领取人 是否入群 入群 老人数 老人人数
        60岁以上人数 60岁以上 70岁以上 80岁以上 老年人数 老年人 老人 党员数 证件类型 证件类别 证件种类 房产证号
        产权 产权证 宠物 养犬 养狗 犬 是否养狗 志愿者 结果 sex gender age birthday dateofbirth dob email wechat
        car plate licenseplate area date time nationality occupation employer signature seq sequence line
        compound community
    """,
}

HEADINGS: dict[str, tuple[Field, float]] = {
    word: (field, sure) for (field, sure), words in _HEADINGS.items() for word in words.split()
}

# Where the word is not in the list: first hit counts, with less certainty.
_PATTERNS: tuple[tuple[str, Field, float], ...] = (
    (
        r"户籍|籍贯|户口|工作|单位(?!元)|车|面积|日期|时间|出生|年龄|网格|楼长|签[字名收到章]|疫苗|核酸|健康码|微信"
        r"|岁以上|老人.*数|党员|产权证|收入|月租|租金|费",
        "ignore",
        0.8,
    ),
    (r"关系$", "relation", 0.8),
    (r"(?:户主|业主|姓名|住户|联系人).{0,2}[及和与].{0,2}(?:电话|手机|联系)", "name", 0.85),
    (r"电话|手机|联系方式|phone|mobile|tel", "phone", 0.8),
    (r"(?:是否|有无).*(?:空|闲置|无人)", "empty", 0.8),
    (r"(?:是否|有无).*(?:住)", "occupied", 0.8),
    (r"返乡|返回|返城|returned|backfrom|返沪|返汉|返京|返杭|返深", "returned", 0.8),
    (r"(?:成人|大人|儿童|小孩|孩子).{0,3}(?:数|人)", "people_part", 0.8),
    (r"(?:常住|居住|在住|现住|实际|实有|家庭|总|住户|家中|户内|同住).{0,4}(?:人数|人口|口数|几人)", "people", 0.9),
    (r"人数|人口|几口|头数|口数|几个?人|headcount|people|persons|occupants|numberof.*residents", "people", 0.75),
    (r"特殊|重点.*人|关爱|关注|帮扶|弱势|标签|人群|困难|照顾|specialneed|vulnerab", "tags", 0.8),
    (r"(?:居住|入住|房屋|住户|使用|租住).{0,3}(?:状态|情况|状况|性质|类型)|occupancy", "status", 0.8),
    (r"备注|说明|remark|note", "remark", 0.8),
    (r"姓名|户主|业主|住户名|联系人|name|owner", "name", 0.8),
    (r"(?:楼|栋|幢|座).{0,4}(?:房|室|门牌)|(?:楼|栋|幢|座).*单元.*|地址|住址|address", "room", 0.8),
    (r"单元", "unit", 0.8),
    (r"房.{0,3}号|室号|门牌|room|flat|apartment|apt", "room", 0.8),
    (r"楼层|层数", "floor", 0.8),
    (r"栋|幢|楼号|楼座|building|block|tower", "building", 0.8),
)
HEADING_PATTERNS = [(re.compile(pattern), field, sure) for pattern, field, sure in _PATTERNS]

# Which of several columns with a number of people is the one that lives there.
PEOPLE_RANK = [
    (re.compile(r"实际|常住|在住|现住|现居|目前|居住|实住|实有|在家|入住|同住"), 3),
    (re.compile(r"户籍|户口|登记|在籍|在册|老|岁|孩|童"), 0),
]

# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────

MEDICAL, HARDSHIP, LONE_ELDER, LEFT_BEHIND, INFANT, PREGNANT, CHRONIC, NO_COOKING, MOBILITY = TAGS = (
    "医护人员家庭",
    "困难户",
    "独居老人",
    "留守儿童",
    "婴幼儿",
    "孕妇",
    "慢性病",
    "不能做饭",
    "行动不便",
)

_TAG_WORDS = {
    MEDICAL: """
        医护人员家庭 医护 医护家庭 医护人员 医务人员 医务人员家庭 医务 医务家庭 医护家属 医务家属 一线医护
        抗疫医护 医生 护士 医务工作者 医护工作者 医生家庭 护士家庭 medicalfamily medicalworker medicalworkers
        medicalstaff medical healthworker medicalhousehold medicalworkersfamily doctor nurse
    """,
    HARDSHIP: """
        困难户 困难 困难家庭 困难群众 困难群体 困难居民 生活困难 经济困难 低保 低保户 低保家庭 低保人员 低收入
        低收入家庭 低收入户 低边 低保边缘 五保 五保户 五保老人 特困 特困户 特困人员 特困家庭 贫困 贫困户
        贫困家庭 建档立卡 建档立卡户 hardship inhardship poor poverty lowincome
    """,
    LONE_ELDER: """
        独居老人 独居 独居老年人 独居长者 独居高龄 高龄独居 高龄独居老人 孤老 孤寡 孤寡老人 鳏寡孤独 空巢
        空巢老人 孤寡独居 独身老人 单身老人 老人独居 老人独住 独居长辈 纯老 纯老家庭 失独老人 loneelder
        loneelderly elderlyalone elderlylivingalone livingalone livesalone loneelders elderalone
    """,
    LEFT_BEHIND: """
        留守儿童 留守 留守孩子 留守小孩 留守学生 独自在家儿童 独居儿童 困境儿童 childrenleftbehind
        leftbehindchildren leftbehindchild leftbehind childleftbehind
    """,
    INFANT: """
        婴幼儿 婴儿 幼儿 婴幼 新生儿 宝宝 婴孩 小婴儿 小宝宝 有婴儿 有婴幼儿 奶娃 婴童 哺乳期婴儿 三岁以下
        3岁以下 三岁以下儿童 3岁以下儿童 infant infants baby babies toddler newborn
    """,
    PREGNANT: "孕妇 孕产妇 孕 怀孕 孕期 待产 待产孕妇 准妈妈 产妇 孕晚期 pregnant pregnantwoman pregnancy expecting",
    CHRONIC: """
        慢性病 慢病 慢性病患者 慢性病人 慢病患者 慢病人员 慢性疾病 慢性病人员 基础病 基础疾病 基础性疾病 高血压
        糖尿病 心脏病 冠心病 哮喘 慢阻肺 透析 血透 血液透析 尿毒症 肿瘤 癌症 重病 大病 长期用药 长期服药 慢性
        chronic chronicillness chronicdisease chronicallyill longtermillness dialysis
    """,
    NO_COOKING: """
        不能做饭 不会做饭 无法做饭 不便做饭 做饭困难 没法做饭 无炊具 无灶 无灶具 不开火 不能自炊 无做饭条件
        无条件做饭 不具备做饭条件 没有厨房 无厨房 需送餐 送餐 cannotcook cantcook nocooking unabletocook
        nokitchen
    """,
    MOBILITY: """
        行动不便 行动困难 行走不便 腿脚不便 腿脚不方便 行动不方便 残疾 残疾人 残疾人员 残疾家庭 残障 残障人士
        肢体残疾 重残 重度残疾 失能 半失能 失能老人 卧床 卧床老人 瘫痪 轮椅 坐轮椅 偏瘫 行动障碍
        reducedmobility limitedmobility mobility disabled disability wheelchair bedridden handicapped
    """,
}

TAG_OF: dict[str, str] = {word: tag for tag, words in _TAG_WORDS.items() for word in words.split()}
# Longest first, so that 独居老人 is not read as 独居 and a rest.
TAG_IN = re.compile("|".join(re.escape(word) for word in sorted(TAG_OF, key=len, reverse=True)))

# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────

NOTHING = frozenset(
    {
        "无",
        "否",
        "没有",
        "/",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "正常",
        "普通",
        "一般",
        "n/a",
        "na",
        "none",
        "no",
        "nil",
        "暂无",
        "无特殊",
        "无特殊情况",
        "普通家庭",
        "普通户",
        "×",
        "✗",
        "x",
        "0",
        ".",
    }
)
EMPTY = re.compile(
    r"空户|空置|空房|空关|闲置|无人(?:居住|住|入住)?|没人(?:住|居住)?|没有人住?|未入住|未住人?|不住人?|未居住|没住人?|毛坯|未装修|待售|未售|待租|未出租|未交房|未收楼|未交付|空屋|空着|空宅|无住户"
    r"|vacant|empty|unoccupied|unsold|nobody|noone"
)
EMPTY_ALONE = frozenset(
    {
        "空",
        "无人",
        "空户",
        "空置",
        "空房",
    }
)
NOT_EMPTY = re.compile(r"非空|不空|不是空|notempty|notvacant|白天无人|暂时无人|上班")
RETURNED = re.compile(
    r"返乡|外地返回|外地返|外地回|外省返|省外返|境外返|国外返|返回人员|外出返回|已返回|刚返回|近期返回|返城|返[沪汉京杭深甬穗津渝蓉]|中风险返|高风险返|疫区返"
    r"|从[^,，、]{1,8}(?:返|回[^家]?)|自[^,，、]{1,8}返|[月日号].{0,6}返回|^返回$|returned|returnee|cameback"
)
NOT_RETURNED = re.compile(r"(?:未|非|无|没有?|不是|计划|准备|拟|待|不|将|要).{0,10}返|无外地|notreturned|noreturn")
ORDINARY = re.compile(
    r"常住|自住|自有|自购|租赁|租借|私房|公房|商品房|安置|回迁|产权|宿舍|家属|租户|租住|租客|出租|承租|已入住|入住|居住|在住|业主|有人|正常|本地|外地|外来|暂住|流动|常驻|短租|群租|合租|装修|在家|外出|不在|离开|出差|住户|公寓|商用|办公|自用|借住|户在人在|人户|户在|群众"
    r"|occupied|tenant|owner|rented|resident|permanent|lived|temporary|normal|ordinary|athome|away|living"
)

YES = frozenset(
    {
        "√",
        "✓",
        "✔",
        "☑",
        "■",
        "●",
        "★",
        "是",
        "有",
        "1",
        "y",
        "yes",
        "true",
        "v",
        "对",
        "已",
        "t",
        "✅",
        "○",
        "〇",
        "◎",
        "+",
        "ok",
        "☆",
        "打勾",
    }
)
NO = frozenset(
    {
        "否",
        "无",
        "没有",
        "不是",
        "0",
        "n",
        "no",
        "false",
        "×",
        "✗",
        "✕",
        "❌",
        "x",
        "☐",
        "□",
        "/",
        "-",
        "--",
        "—",
        "——",
        "未",
        "f",
        "不",
        "非",
        "nil",
        "none",
        "n/a",
    }
)

# ── lines that are no household ───────────────────────────────────────────────────────────────────────────────────

TOTAL = re.compile(
    r"^(?:.{0,12}?)(?:小 ?计|合 ?计|总 ?计|共计|累计|汇总|总数|总和|本页计|总户数|总人数|subtotal|grandtotal|total|sum)"
    r"(?:.{0,30})$|^共(?:有)?\d+.{0,20}$|^计[:：]?$",
    re.IGNORECASE,
)
TOTAL_ALONE = re.compile(
    r"^.{0,10}?(?:小计|合计|总计|共计|累计|汇总|本页计|本页合计|subtotal|grand ?total|total)[:：]?$", re.IGNORECASE
)
NOTE = re.compile(
    r"^(?:审核|审批|复核|填表|制表|填报|统计人|负责|经办|签字|签名|签章|盖章|(?:公|单位)?章|日期|时间|填写|打印|制作|登记人|采集人|联系人[:：]|联系电话[:：]|电话[:：]|注[:：\d]|注意|备注[:：]|说明|附[:：]|附注"
    r"|物业|居委|社区|街道|楼长[:：]|楼栋长|单元长|网格|业委会|主任|经理|第.{1,4}页|page|prepared|checked|approved|signature|note|remark|printed|date|编制|校对|核对|录入|汇报|单位[:：(]|小区名称|截止|更新|数据|来源|接下页|续表|以上|以下|※|\*)",
    re.IGNORECASE,
)
